using System.Globalization;
using System.Text.Json.Nodes;
using Druid.Api;
using Druid.EnvtestTests.Operator;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Operator.Webhooks;
using Druid.Operator.Webhooks.Certificates;

namespace Druid.EnvtestTests.Installed;

/// <summary>The operator's rights are enough for all it does, and none of them is for nothing.</summary>
[Collection(nameof(InstalledOperator))]
public sealed class PermissionTests(InstalledOperator installed) : IDisposable
{
    public void Dispose() => installed.VerifySteps();

    /// <summary>One of everything that the operator does: what an installation sees in its life.</summary>
    [Fact]
    public async Task The_rights_are_enough_for_all_that_the_operator_does_and_none_is_for_nothing()
    {
        await using var agent = await SimulatedAgent.Start();
        // Leadership is not handed over, as by agents of other implementations.
        agent.Answer = request => request.StartsWith("/leader/move", StringComparison.Ordinal) ? (404, "no such path") : (200, """{"lastRevision":1}""");
        var ns = await installed.Plane.NewNamespace("life");
        var storageClass = await installed.Plane.NewStorageClass(grows: true);
        await installed.Client.Create(new Secret { Metadata = new() { Namespace = ns, Name = "store" }, Data = new Dictionary<string, byte[]> { ["hostPath"] = "/srv"u8.ToArray() } });
        var store = new StoreSpec { Provider = "Local", Container = "bucket", Prefix = "p", SecretRef = new() { Name = "store" } };
        var key = (await installed.Ready(1, ns: ns, with: spec => spec with
        {
            StorageClass = storageClass,
            Backup = new() { Port = agent.Port, Store = store, SnapshotCompaction = new() { EventsThreshold = 100, TriggerFullSnapshotThreshold = 1000 } },
        })).Key;

        await PutBackTwice(key);
        await Task(key);
        await Copy(ns, store);
        await Compaction(key);
        await Change(key, Spec(new JsonObject { ["etcd"] = new JsonObject { ["quota"] = "4Gi" } }));
        await Change(key, InstalledOperator.Annotate(Annotations.Operation, Annotations.Reconcile));
        await Growth(key);
        await TakenOver(key);
        await Change(key, Spec(new JsonObject { ["policies"] = new JsonObject { ["volumesOnDeletion"] = "Delete" } }));
        await Assert.ThrowsAsync<KubernetesException>(() => installed.As(InstalledOperator.Somebody).Delete<ConfigMap>(key with { Name = "e-config" }));
        await Gone(key);
        // Members of three are evicted, one at a time.
        var three = (await installed.Ready(3, spec => spec with { Backup = new() { Port = agent.Port } })).Key;
        // The disruption controller may take a pod for one that was evicted before, for two minutes.
        await Change(three, Spec(JsonNode.Parse("""{"etcd":{"resources":{"requests":{"cpu":"60m"}}}}""")!), TimeSpan.FromMinutes(6));
        await Gone(three);
        await AuthorityLost();

        var requests = installed.Operator.Requests.All;
        Assert.Empty(requests.Where(r => r.Code is 401 or 403 && !IsDenial(r)).Select(r => $"{r.Verb} {r.Resource} {r.Namespace}/{r.Name}: {r.Code}").Distinct());
        Assert.Empty(Rights.Granted.Except(Rights.Used(requests, InstalledOperator.Namespace)).Except(Rights.HeldToBeGranted).Except(Rights.AskedWithoutRequest).Order());
    }

    async Task Task(ObjectKey etcd)
    {
        var task = await installed.Client.Create(new EtcdOpsTask
        {
            Metadata = new() { Name = "full", Namespace = etcd.Namespace },
            Spec = new() { EtcdName = etcd.Name, TtlSecondsAfterFinished = 1, Config = new() { OnDemandSnapshot = new() { Type = "full" } } },
        });
        await ControlPlane.Eventually("the task is done and gone", async () => await installed.Client.TryGet<EtcdOpsTask>(task.Key) is null);
    }

    async Task Copy(string ns, StoreSpec store)
    {
        var task = await installed.Client.Create(new EtcdCopyBackupsTask { Metadata = new() { Name = "copy", Namespace = ns }, Spec = new() { SourceStore = store, TargetStore = store with { Prefix = "q" } } });
        var worker = new ObjectKey(ns, "copy-worker");
        await ControlPlane.Eventually("the copy runs", async () => await installed.Client.TryGet<Job>(worker) is not null);
        await installed.Client.Delete<EtcdCopyBackupsTask>(task.Key);
        await ControlPlane.Eventually("task and job are gone", async () =>
            await installed.Client.TryGet<EtcdCopyBackupsTask>(task.Key) is null && await installed.Client.TryGet<Job>(worker) is null);
    }

    async Task Compaction(ObjectKey etcd)
    {
        await Taken(etcd, "full", 10);
        await Taken(etcd, "delta", 500);
        var job = etcd with { Name = "e-compactor" };
        await ControlPlane.Eventually("the compaction is started", async () => await installed.Client.TryGet<Job>(job) is { Status.StartTime: not null });
        await Taken(etcd, "full", 500);
        await installed.Client.Patch<Job>(job, PatchKind.Merge, JsonNode.Parse("""{"status":{"conditions":[{"type":"Complete","status":"True"}]}}""")!, "status");
        await ControlPlane.Eventually("the job is gone", async () => await installed.Client.TryGet<Job>(job) is null);
    }

    Task<Lease> Taken(ObjectKey etcd, string lease, long revision) =>
        installed.As($"system:serviceaccount:{etcd.Namespace}:{etcd.Name}").Patch<Lease>(etcd with { Name = $"e-{lease}-snap" }, PatchKind.Merge, new JsonObject
        {
            ["spec"] = new JsonObject { ["holderIdentity"] = $"{revision}", ["renewTime"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture) },
        });

    async Task Growth(ObjectKey etcd)
    {
        var before = await installed.Client.Get<StatefulSet>(etcd);
        // As of an older operator, whose pods had fewer labels.
        await installed.Client.Patch<Pod>(etcd with { Name = "e-0" }, PatchKind.Merge, new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [Labels.Name] = null } } });
        await installed.Client.Patch<Etcd>(etcd, PatchKind.Merge, Spec(new JsonObject { ["storageCapacity"] = "20Gi" }));
        var claim = etcd with { Name = "e-e-0" };
        await ControlPlane.Eventually("the claim asks for more", async () =>
            (await installed.Client.Get<PersistentVolumeClaim>(claim)).Spec!.Resources!.Requests!["storage"] == Quantity.Parse("20Gi"));
        await installed.Client.Patch<PersistentVolumeClaim>(claim, PatchKind.Merge, JsonNode.Parse("""{"status":{"capacity":{"storage":"20Gi"}}}""")!, "status");
        await ControlPlane.Eventually("the StatefulSet is made anew", async () =>
            await installed.Client.TryGet<StatefulSet>(etcd) is { IsBeingDeleted: false } now && now.Metadata.Uid != before.Metadata.Uid);
        await installed.Until(etcd, "is ready", OperatorFixture.IsReady);
    }

    // The second time the same is told the event is only counted.
    async Task PutBackTwice(ObjectKey etcd)
    {
        var service = etcd with { Name = "e-client" };
        var exempt = installed.As(InstalledOperator.Exempt);
        for (var time = 0; time < 2; time++)
        {
            await ControlPlane.Eventually("those exempt may change the Service", async () =>
                await exempt.Patch<Service>(service, PatchKind.Merge, JsonNode.Parse("""{"spec":{"selector":{"app.kubernetes.io/part-of":"somebody-else"}}}""")!) is not null);
            await ControlPlane.Eventually("the Service is put back", async () => (await installed.Client.Get<Service>(service)).Spec?.Selector?[Labels.PartOf] == "e");
            await installed.Until(etcd, "is settled", e => e.Status.LastOperation?.State == OperationState.Succeeded);
        }
        await ControlPlane.Eventually("an event tells of both", async () =>
            (await installed.Client.ListPage<Event>(etcd.Namespace)).Items.Any(e => e is { Reason: "PutBack", Count: >= 2 }));
    }

    // Objects without a trace of Druid, as the former operator leaves them.
    async Task TakenOver(ObjectKey etcd)
    {
        await installed.Client.Patch<Etcd>(etcd, PatchKind.Merge, InstalledOperator.Annotate(Annotations.DisableProtection, ""));
        await installed.Client.Patch<Etcd>(etcd, PatchKind.Merge, InstalledOperator.Annotate(Annotations.SuspendReconcile, ""));
        await installed.Until(etcd, "is suspended", e => OperatorFixture.StateOf(e, "lifecycle") == "Suspended");
        await Forget<ServiceAccount>(etcd);
        await Forget<Role>(etcd with { Name = "druid.gardener.cloud:etcd:e" });
        await Forget<RoleBinding>(etcd with { Name = "druid.gardener.cloud:etcd:e" });
        await Forget<Lease>(etcd with { Name = "e-0" });
        await Forget<PodDisruptionBudget>(etcd);
        await Forget<Service>(etcd with { Name = "e-client" });
        await Forget<ConfigMap>(etcd with { Name = "e-config" });
        await Forget<StatefulSet>(etcd);
        await installed.Client.Patch<Etcd>(etcd, PatchKind.Merge, InstalledOperator.Annotate(Annotations.SuspendReconcile, null));
        await ControlPlane.Eventually("the StatefulSet is taken over", async () => (await installed.Client.Get<StatefulSet>(etcd)).Annotation(AppliedHash) is not null);
        await installed.Until(etcd, "is ready", OperatorFixture.IsReady);
        await installed.Client.Patch<Etcd>(etcd, PatchKind.Merge, InstalledOperator.Annotate(Annotations.DisableProtection, null));
    }

    const string AppliedHash = Druid.Operator.Components.AppliedHash.Annotation;

    Task<T> Forget<T>(ObjectKey key) where T : class, IResource<T> => installed.Client.Patch<T>(key, PatchKind.Merge, InstalledOperator.Annotate(AppliedHash, null));

    async Task AuthorityLost()
    {
        var secret = new ObjectKey(InstalledOperator.Namespace, ManagedCertificates.SecretName);
        await installed.Client.Patch<Secret>(secret, PatchKind.Merge, new JsonObject { ["data"] = new JsonObject { ["ca.key"] = null } });
        await ControlPlane.Eventually("the webhooks' authority is made anew and trusted", async () =>
            (await installed.Client.Get<Secret>(secret)).Data is { } data && data.ContainsKey("ca.key")
            && (await installed.Client.Get<ValidatingWebhookConfiguration>(new("", WebhookRegistration.Name))).Webhooks!.All(w => w.ClientConfig.CaBundle.AsSpan().StartsWith(data["ca.crt"])));
        await installed.UntilAsked();
    }

    async Task Gone(ObjectKey etcd)
    {
        await installed.Client.Delete<Etcd>(etcd);
        await ControlPlane.Eventually($"Etcd {etcd} is gone", async () => await installed.Client.TryGet<Etcd>(etcd) is null);
    }

    // In a namespace that is going nothing is created any more, which is forbidden too, but not for want of a right.
    static bool IsDenial(RequestInfo request) => request.Verb is "create" && request.Resource == "events";

    static JsonObject Spec(JsonNode spec) => new() { ["spec"] = spec };

    async Task Change(ObjectKey key, JsonObject patch, TimeSpan? within = null)
    {
        var changed = await installed.Client.Patch<Etcd>(key, PatchKind.Merge, patch);
        await installed.Until(key, "takes up the change", e => e.Status.ObservedGeneration >= changed.Metadata.Generation && !e.AsksForReconcile(), within);
    }
}
