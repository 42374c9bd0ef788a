using System.Text.Json.Nodes;
using Druid.Api;
using Druid.FaultTests.World;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.FaultTests.Trials;

/// <summary>The scenarios that faults are put into.</summary>
static class Scenarios
{
    static readonly TlsConfig ClientTls = new() { TlsCaSecretRef = new() { Name = "ca" }, ServerTlsSecretRef = new() { Name = "server" }, ClientTlsSecretRef = new() { Name = "client" } };

    /// <summary>All.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("create", _ => Task.CompletedTask, stage => stage.Declare(3), Stage.IsReady),
        new("scale out", Ready(1), Change("""{"spec":{"replicas":3}}"""), Stage.IsReady),
        new("scale in", Ready(3), Change("""{"spec":{"replicas":1}}"""), Stage.IsReady),
        new("template change", Ready(3), Change("""{"spec":{"annotations":{"changed":"yes"}}}"""), Stage.IsReady),
        new("peer TLS", WithPeerSecrets, Change("""{"spec":{"etcd":{"peerUrlTls":{"tlsCASecretRef":{"name":"peer-ca"},"serverTLSSecretRef":{"name":"peer-server"}}}}}"""), Stage.IsReady),
        new("hibernate", Ready(3), Change("""{"spec":{"replicas":0}}"""), IsAsleep),
        new("wake", Asleep, Change("""{"spec":{"replicas":3}}"""), Stage.IsReady),
        new("delete", Ready(3), stage => stage.Client.Delete<Etcd>(stage.Key), etcd => etcd is null),
        new("quorum recovery", QuorumLost, Annotate(Annotations.RecoverQuorum, "true"), Stage.IsReady),
        new("secret rotation", WithClientTls, Rotate, Stage.IsReady),
        new("compaction", WithCompaction, Deltas, IsCompacted),
        new("task", Ready(1), Task_, Stage.IsReady),
        new("copy", Ready(1), Copy, Stage.IsReady),
    ];

    static Func<Stage, Task> Ready(int replicas) => async stage =>
    {
        await stage.Declare(replicas);
        await stage.UntilReady();
    };

    static Func<Stage, Task> Change(string patch) => stage => stage.Change(patch);

    static Func<Stage, Task> Annotate(string name, string value) => stage =>
        stage.Client.Patch<Etcd>(stage.Key, PatchKind.Merge, new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [name] = value } } });

    static bool IsAsleep(Etcd? etcd) => Stage.IsAt(etcd, "Hibernated");

    static async Task Asleep(Stage stage)
    {
        await Ready(3)(stage);
        await stage.Change("""{"spec":{"replicas":0}}""");
        await stage.UntilSettled("is hibernated", IsAsleep);
    }

    static async Task WithPeerSecrets(Stage stage)
    {
        await stage.Secret("peer-ca", "ca.crt", "authority");
        await stage.Secret("peer-server", "tls.crt", "certificate");
        await Ready(3)(stage);
    }

    static async Task WithClientTls(Stage stage)
    {
        await stage.Secret("ca", "ca.crt", "authority");
        await stage.Secret("server", "tls.crt", "certificate");
        await stage.Secret("client", "tls.crt", "certificate");
        await stage.Declare(3, spec => spec with { Etcd = spec.Etcd with { ClientUrlTls = ClientTls } });
        await stage.UntilReady();
    }

    // Other authorities take a restart of the members, and nothing of the Etcd tells when that is done: it begins within a moment.
    static Task<Secret> Rotate(Stage stage) => stage.Client.Patch<Secret>(new(stage.Namespace, "ca"), PatchKind.Merge, JsonNode.Parse("""{"data":{"ca.crt":"b3RoZXI="}}""")!);

    static async Task QuorumLost(Stage stage)
    {
        await Ready(3)(stage);
        await stage.Kubelets.LoseQuorum(stage.Key, 3);
        await stage.UntilSettled("has lost its quorum", etcd => Stage.RegionOf(etcd, "lifecycle") == "Recovering/Confirming");
    }

    static async Task WithCompaction(Stage stage)
    {
        await stage.Declare(1, spec => spec with { Backup = spec.Backup with { SnapshotCompaction = new() { EventsThreshold = 100, TriggerFullSnapshotThreshold = 1000 } } });
        await stage.UntilReady();
        await stage.Kubelets.Agents.Taken(stage.Key, "full", "10", default);
    }

    static Task Deltas(Stage stage) => stage.Kubelets.Agents.Taken(stage.Key, "delta", "500", default);

    static bool IsCompacted(Etcd? etcd) => Stage.IsReady(etcd) && etcd!.Status.Conditions.Any(c => c is { Type: ConditionType.LastSnapshotCompactionSucceeded, Status: ConditionStatus.True });

    static async Task Task_(Stage stage)
    {
        var task = await stage.Client.Create(new EtcdOpsTask
        {
            Metadata = new() { Name = "snapshot", Namespace = stage.Namespace },
            Spec = new() { EtcdName = stage.Key.Name, Config = new() { OnDemandSnapshot = new() { Type = SnapshotType.Full } } },
        });
        await stage.Until("the task has succeeded", async () => (await stage.Client.Get<EtcdOpsTask>(task.Key)).Status.State == TaskState.Succeeded);
    }

    static async Task Copy(Stage stage)
    {
        var store = new StoreSpec { Provider = "Local", Container = "bucket", Prefix = "new" };
        var task = await stage.Client.Create(new EtcdCopyBackupsTask
        {
            Metadata = new() { Name = "copy", Namespace = stage.Namespace },
            Spec = new() { SourceStore = store with { Prefix = "old" }, TargetStore = store },
        });
        await stage.Until("the copy has succeeded", async () =>
            (await stage.Client.Get<EtcdCopyBackupsTask>(task.Key)).Status.Conditions.Any(c => c is { Type: ConditionType.Succeeded, Status: ConditionStatus.True }));
    }
}
