using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Agents;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;
using Druid.UnitTests.Kubernetes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Druid.UnitTests.Operator;

/// <summary>How the operator asks members' agents: over a real connection, with real certificates.</summary>
public sealed class AgentTests : IAsyncLifetime
{
    static readonly Authority Ours = new("ours");
    static readonly Authority Theirs = new("theirs");

    readonly List<string> seen = [];
    WebApplication? server;

    async Task<int> Serve(RequestDelegate answer, X509Certificate2? identity = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (identity is not null)
            {
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = identity;
                    https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                    https.ClientCertificateValidation = (_, _, _) => true;
                });
            }
        }));
        server = builder.Build();
        server.Run(context =>
        {
            lock (seen) seen.Add($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {context.Connection.ClientCertificate?.Subject}".Trim());
            return answer(context);
        });
        await server.StartAsync();
        return new Uri(server.Urls.Single()).Port;
    }

    static RequestDelegate Says(int status, string text) => context =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(text);
    };

    static ClusterObjects Cluster(int port, TlsConfig? tls = null)
    {
        var etcd = new Etcd
        {
            Metadata = new() { Name = "e", Namespace = "n", Uid = "u" },
            Spec = new() { Replicas = 2, Backup = new() { Port = port, Tls = tls, Store = new() { Prefix = "p", Provider = "Local", Container = "b" } } },
        };
        return new()
        {
            Etcd = etcd,
            Owned = Enumerable.Range(0, 2).Select(i => (IResource)new Lease { Metadata = new() { Name = $"e-{i}", Namespace = "n" }, Spec = new() { HolderIdentity = $"{i}a:c:{(i == 1 ? "Leader" : "Member")}" } })
                .Append(new StatefulSet { Metadata = new() { Name = "e", Namespace = "n" }, Spec = new() { Replicas = 2 } })
                .ToDictionary(o => new OwnedKey(o.Kind, o.Metadata.Name)),
            Pods = Enumerable.Range(0, 2).Select(i => new PodOutline
            {
                Metadata = new() { Name = $"e-{i}", Uid = $"pod-{i}" },
                Spec = new() { Containers = [new() { Name = "etcd" }] },
                Status = new()
                {
                    Phase = "Running",
                    PodIP = "127.0.0.1",
                    Conditions = [new() { Type = "Ready", Status = "True" }],
                    ContainerStatuses = [new() { Name = "etcd", State = new() { Running = new() } }],
                },
            }).ToDictionary(p => p.Metadata.Name),
        };
    }

    static readonly TlsConfig Tls = new() { TlsCaSecretRef = new() { Name = "ca" }, ServerTlsSecretRef = new() { Name = "server" }, ClientTlsSecretRef = new() { Name = "client" } };

    // An API server that has nothing but secrets.
    static AgentClient Client(params (string Name, (string Key, string Value)[] Data)[] secrets) => new(new(new ScriptedServer(request =>
        secrets.FirstOrDefault(s => request.Path.EndsWith($"/secrets/{s.Name}", StringComparison.Ordinal)) is { Name: { } name } found
            ? ScriptedServer.Json(Secret.Type.ToJson(new Secret { Metadata = new() { Name = name, Namespace = "n" }, Data = found.Data.ToDictionary(d => d.Key, d => Encoding.UTF8.GetBytes(d.Value)) }))
            : ScriptedServer.Failure(404, "NotFound")).Client()));

    static (string, (string, string)[]) Ca(Authority authority, string key = "ca.crt") => ("ca", [(key, authority.Certificate.ExportCertificatePem())]);

    static (string, (string, string)[]) Identity(X509Certificate2 certificate) =>
        ("client", [("tls.crt", certificate.ExportCertificatePem()), ("tls.key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem())]);

    [Fact]
    public async Task A_full_snapshot_is_asked_of_the_leaders_agent_and_its_revision_is_told()
    {
        var port = await Serve(Says(200, """{"kind":"Full","startRevision":0,"lastRevision":4711}"""));
        Assert.Equal(4711, await Client().TakeFullSnapshot(Cluster(port), final: false, null, default));
        Assert.Equal(["GET /snapshot/full"], seen);
        await Client().TakeFullSnapshot(Cluster(port), final: true, null, default);
        Assert.Equal("GET /snapshot/full?final=true", seen[^1]);
    }

    [Fact]
    public async Task A_delta_snapshot_that_was_skipped_is_no_error()
    {
        var port = await Serve(Says(200, "null"));
        Assert.Null(await Client().TakeDeltaSnapshot(Cluster(port), TimeSpan.FromSeconds(5), default));
        Assert.Equal(["GET /snapshot/delta"], seen);
    }

    [Fact]
    public async Task An_agent_with_TLS_is_trusted_by_its_authority_and_shown_a_certificate()
    {
        var port = await Serve(Says(200, "{}"), Ours.Issue("server", "e-client.n.svc"));
        await Client(Ca(Ours), Identity(Ours.Issue("operator"))).TakeFullSnapshot(Cluster(port, Tls), final: false, null, default);
        Assert.Equal(["GET /snapshot/full CN=operator"], seen);
    }

    [Fact]
    public async Task A_bundle_is_found_under_the_key_that_is_named_and_under_the_usual_ones()
    {
        var port = await Serve(Says(200, "{}"), Ours.Issue("server", "*.e-peer.n.svc"));
        await Client(Ca(Ours, "bundle.crt"), Identity(Ours.Issue("operator"))).TakeFullSnapshot(Cluster(port, Tls), final: false, null, default);
        var named = Tls with { TlsCaSecretRef = new() { Name = "ca", DataKey = "mine" } };
        await Client(Ca(Ours, "mine"), Identity(Ours.Issue("operator"))).TakeFullSnapshot(Cluster(port, named), final: false, null, default);
        var error = await Assert.ThrowsAsync<AgentException>(() => Client(Ca(Ours), Identity(Ours.Issue("operator"))).TakeFullSnapshot(Cluster(port, named), final: false, null, default));
        Assert.Contains("spec.backup.tls.tlsCASecretRef: secret 'ca' holds no certificate under mine", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_of_another_authority_or_another_name_is_not_trusted()
    {
        var port = await Serve(Says(200, "{}"), Theirs.Issue("server", "e-client.n.svc"));
        await Assert.ThrowsAsync<AgentException>(() => Client(Ca(Ours), Identity(Ours.Issue("operator"))).TakeFullSnapshot(Cluster(port, Tls), final: false, null, default));
        Assert.False(AgentTls.IsTrusted(Ours.Issue("server", "other-client.n.svc"), [Ours.Certificate], ["e-client.n.svc"]));
        Assert.Empty(seen);
    }

    [Fact]
    public async Task A_missing_secret_is_named()
    {
        var port = await Serve(Says(200, "{}"), Ours.Issue("server", "e-client.n.svc"));
        var error = await Assert.ThrowsAsync<AgentException>(() => Client(Ca(Ours)).TakeFullSnapshot(Cluster(port, Tls), final: false, null, default));
        Assert.Contains("spec.backup.tls.clientTLSSecretRef: secret 'client' does not exist in namespace 'n'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_does_not_know_a_request_is_told_apart_from_one_that_refuses()
    {
        var port = await Serve(context => Says(context.Request.Path == "/leader/move" ? 404 : 409, "no")(context));
        Assert.True((await Assert.ThrowsAsync<AgentException>(() => Client().MoveLeader(Cluster(port), 1, 0, default))).IsUnknownRequest);
        var refused = await Assert.ThrowsAsync<AgentException>(() => Client().RemoveMember(Cluster(port), 0, default));
        Assert.False(refused.IsUnknownRequest);
        Assert.Contains("The agent of e-1 refused 'members/remove?id=0a': 409 no", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_whose_lease_was_made_but_that_never_joined_needs_no_removal()
    {
        var cluster = Cluster(port: 1);
        var lease = new Lease { Metadata = new() { Name = "e-2", Namespace = "n" } };
        await Client().RemoveMember(cluster with { Owned = new Dictionary<OwnedKey, IResource>(cluster.Owned) { [new(Lease.Type.Kind, "e-2")] = lease } }, 2, default);
        Assert.Empty(seen);
    }

    [Fact]
    public async Task An_agent_that_does_not_answer_keeps_nobody_waiting()
    {
        var (held, answered) = (new TaskCompletionSource(), new TaskCompletionSource());
        var port = await Serve(async context =>
        {
            await held.Task;
            await Says(200, "{}")(context);
        });
        var desk = new AgentDesk(Client(), TimeProvider.System, Serilog.Core.Logger.None, _ => answered.TrySetResult(), default);
        var (cluster, move) = (Cluster(port), new MoveLeader(1, 0));
        Task Ask(CancellationToken stop) => Client().MoveLeader(cluster, 1, 0, stop);

        Assert.True(await desk.IsUnderWay(cluster.Etcd, move, Ask));
        Assert.True(await desk.IsUnderWay(cluster.Etcd, move, Ask));
        held.SetResult();
        await answered.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(await desk.IsUnderWay(cluster.Etcd, move, Ask));
        await desk.Answer(cluster.Etcd, move);
        Assert.Single(seen);
        // The next time it is asked anew.
        Assert.False(await desk.IsUnderWay(cluster.Etcd, move, _ => Task.CompletedTask));
    }

    [Fact]
    public async Task A_request_is_made_once_and_its_answer_kept_until_it_is_forgotten()
    {
        var port = await Serve(Says(200, """{"lastRevision":9}"""));
        var answered = new TaskCompletionSource();
        var desk = new AgentDesk(Client(), TimeProvider.System, Serilog.Core.Logger.None, _ => answered.TrySetResult(), default);
        var cluster = Cluster(port);
        desk.Ask(cluster, RequestPurpose.BeforeStop);
        desk.Ask(cluster, RequestPurpose.BeforeStop);
        await answered.Task.WaitAsync(TimeSpan.FromSeconds(10));
        desk.Ask(cluster, RequestPurpose.BeforeStop);
        Assert.Equal(SnapshotRequest.Done, desk.NewsOf(cluster.Etcd).Of(RequestPurpose.BeforeStop).State);
        Assert.Equal(SnapshotRequest.NotAsked, desk.NewsOf(cluster.Etcd).Of(RequestPurpose.InsteadOfJob).State);
        Assert.Equal(9, desk.NewsOf(cluster.Etcd).FullSnapshotRevision);
        Assert.Single(seen);
        desk.Forget(cluster.Etcd, RequestPurpose.BeforeStop);
        Assert.Equal(SnapshotRequest.NotAsked, desk.NewsOf(cluster.Etcd).Of(RequestPurpose.BeforeStop).State);
    }

    [Fact]
    public async Task A_request_that_fails_says_why_and_when_it_may_be_made_again()
    {
        var port = await Serve(Says(500, "disk full"));
        var answered = new TaskCompletionSource();
        var desk = new AgentDesk(Client(), TimeProvider.System, Serilog.Core.Logger.None, _ => answered.TrySetResult(), default);
        var cluster = Cluster(port);
        desk.Ask(cluster, RequestPurpose.Verification);
        await answered.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var news = desk.NewsOf(cluster.Etcd).Of(RequestPurpose.Verification);
        Assert.Equal(SnapshotRequest.Failed, news.State);
        Assert.Contains("disk full", news.Error, StringComparison.Ordinal);
        Assert.InRange((news.RetryAt!.Value - DateTimeOffset.UtcNow).TotalSeconds, 5, 10);
    }

    [Fact]
    public void A_leader_whose_agent_cannot_hand_over_is_replaced_without()
    {
        var cluster = Cluster(1);
        Assert.False(MemberObserver.LeaderCannotHandOver(cluster, new(2, PeerTls.Off)));
        Assert.False(MemberObserver.LeaderCannotHandOver(cluster with { Agents = new() { WithoutHandover = new HashSet<string> { "pod-0" } } }, new(2, PeerTls.Off)));
        Assert.True(MemberObserver.LeaderCannotHandOver(cluster with { Agents = new() { WithoutHandover = new HashSet<string> { "pod-1" } } }, new(2, PeerTls.Off)));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (server is not null) await server.DisposeAsync();
    }

    /// <summary>An authority and the certificates that it signs.</summary>
    sealed class Authority
    {
        readonly DateTimeOffset from = DateTimeOffset.UtcNow.AddHours(-1);

        public Authority(string name)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            Certificate = request.CreateSelfSigned(from, from.AddDays(2));
        }

        public X509Certificate2 Certificate { get; }

        public X509Certificate2 Issue(string name, params string[] hosts)
        {
            var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            if (hosts.Length > 0)
            {
                var names = new SubjectAlternativeNameBuilder();
                foreach (var host in hosts) names.AddDnsName(host);
                request.CertificateExtensions.Add(names.Build());
            }
            return request.Create(Certificate, from, from.AddDays(1), RandomNumberGenerator.GetBytes(8)).CopyWithPrivateKey(key);
        }
    }
}
