using Druid.Kubernetes.Resources;

namespace Druid.UnitTests.Kubernetes.Runtime;

/// <summary>One lease, kept as an API server keeps it, and faults on request.</summary>
sealed class LeaseServer
{
    readonly Lock _lock = new();
    int _version;

    public LeaseServer() => Http = new ScriptedServer(Answer);

    public ScriptedServer Http { get; }

    public Lease? Lease { get; private set; }

    public string? Holder => Lease?.Spec?.HolderIdentity;

    /// <summary>Called before each request; throwing breaks the connection, before anything took effect.</summary>
    public Func<SentRequest, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called after each write took effect; throwing loses the answer.</summary>
    public Action After { get; set; } = () => { };

    public void Change(Func<LeaseSpec, LeaseSpec> change)
    {
        lock (_lock) Store(Lease! with { Spec = change(Lease.Spec!) });
    }

    /// <summary>Puts the lease into the hands of somebody.</summary>
    public void Change((string Holder, int Seconds) held, DateTimeOffset? renewed = null)
    {
        lock (_lock)
        {
            Store(new()
            {
                Metadata = new() { Namespace = "ns", Name = "leader" },
                Spec = new() { HolderIdentity = held.Holder, LeaseDurationSeconds = held.Seconds, RenewTime = renewed },
            });
        }
    }

    public void Delete()
    {
        lock (_lock) Lease = null;
    }

    async Task<HttpResponseMessage> Answer(SentRequest request)
    {
        await Before(request);
        lock (_lock)
        {
            switch (request.Method)
            {
                case "GET" when Lease is null:
                    return ScriptedServer.Failure(404, "NotFound");
                case "GET":
                    return ScriptedServer.Json(Druid.Kubernetes.Resources.Lease.Type.ToJson(Lease));
                case "POST" when Lease is not null:
                    return ScriptedServer.Failure(409, "AlreadyExists");
            }
            var sent = Druid.Kubernetes.Resources.Lease.Type.Read(request.Body);
            if (request.Method == "PUT")
            {
                if (Lease is null) return ScriptedServer.Failure(404, "NotFound");
                if (sent.Metadata.ResourceVersion != Lease.Metadata.ResourceVersion) return ScriptedServer.Failure(409, "Conflict");
            }
            Store(sent);
            After();
            return ScriptedServer.Json(Druid.Kubernetes.Resources.Lease.Type.ToJson(Lease!));
        }
    }

    void Store(Lease lease) => Lease = lease with { Metadata = lease.Metadata with { ResourceVersion = $"{++_version}", Uid = "lease" } };
}
