using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.EndToEndTests;

/// <summary>A cluster comes up and survives what happens to it; what could not come up is refused.</summary>
[Collection(nameof(Installation))]
public sealed class FirstSliceTests(Installation druid) : IAsyncLifetime
{
    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => druid.CleanUp();

    [Fact]
    public async Task Three_members_serve_and_survive_the_loss_of_each_part()
    {
        var key = await druid.CreateReady(3);
        await using var workload = await druid.StartWorkload(key);

        // A member's pod.
        await druid.Replace(key with { Name = "e-1" });
        await druid.UntilReady(key, 3);

        // The operator's pod.
        var before = (await druid.OperatorPods()).Single();
        await druid.KillOperator(before);
        await Installation.Eventually("another operator pod is ready", async () =>
        {
            var now = (await druid.OperatorPods()).FirstOrDefault(p => p.Metadata.Uid != before.Metadata.Uid);
            return (now?.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true ? now : null, now?.Status?.Phase ?? "none");
        }, TimeSpan.FromMinutes(1));
        await druid.Client.Delete<ConfigMap>(key with { Name = "e-config" });
        await Installation.Eventually<ConfigMap>("the new operator puts back what is deleted",
            async () => (await druid.Client.TryGet<ConfigMap>(key with { Name = "e-config" }), "missing"), TimeSpan.FromMinutes(1));

        // The API server.
        await Installation.KillDaemon("apiserver");
        var acknowledged = workload.Acknowledged;
        await Installation.RestartDaemon("apiserver");
        await druid.UntilReady(key, 3);
        Assert.True(workload.Acknowledged > acknowledged, "Clients of etcd were stopped by the loss of the API server.");

        await workload.Verify();
    }

    [Fact]
    public async Task A_spec_that_cannot_work_is_refused_when_it_is_applied()
    {
        // The server's own schema cannot tell, so it has asked the operator, through its Service.
        var refused = await Assert.ThrowsAsync<KubernetesException>(() => druid.Create(1, spec => spec with { Backup = new() { GarbageCollectionPeriod = TimeSpan.Zero } }));
        Assert.Contains("spec.backup.garbageCollectionPeriod is \"0s\": must be more than 0", refused.Message, StringComparison.Ordinal);
    }
}
