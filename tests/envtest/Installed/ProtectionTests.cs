using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.EnvtestTests.Installed;

/// <summary>Each allowance and each denial of component protection, as a real API server enforces it.</summary>
[Collection(nameof(InstalledOperator))]
public sealed class ProtectionTests(InstalledOperator installed) : IDisposable
{
    public void Dispose() => installed.VerifySteps();

    static readonly JsonNode Touch = InstalledOperator.Annotate("touched", "yes");

    [Fact]
    public async Task Nobody_else_changes_or_deletes_what_belongs_to_a_cluster()
    {
        var key = (await installed.Ready()).Key;
        await Start(key); // a Job, as of a compaction
        var somebody = installed.As(InstalledOperator.Somebody);

        await Denied<StatefulSet>(somebody, key);
        await Denied<ConfigMap>(somebody, key with { Name = "e-config" });
        await Denied<Service>(somebody, key with { Name = "e-client" });
        await Denied<Service>(somebody, key with { Name = "e-peer" });
        await Denied<ServiceAccount>(somebody, key);
        await Denied<Role>(somebody, key with { Name = "druid.gardener.cloud:etcd:e" });
        await Denied<RoleBinding>(somebody, key with { Name = "druid.gardener.cloud:etcd:e" });
        await Denied<PodDisruptionBudget>(somebody, key);
        await Denied<Lease>(somebody, key with { Name = "e-0" });
        await Denied<Job>(somebody, key with { Name = "e-compactor" });
        Assert.Contains("is kept as Etcd", (await Refused(() => somebody.Delete<PersistentVolumeClaim>(key with { Name = "e-e-0" }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scaling_the_StatefulSet_past_the_Etcd_is_refused()
    {
        var key = (await installed.Ready()).Key;
        var error = await Refused(() => installed.As(InstalledOperator.Somebody).SetScale<StatefulSet>(key, 0));
        Assert.Contains("change the Etcd instead", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_StatefulSets_of_others_are_scaled_freely()
    {
        var key = new ObjectKey(await installed.Plane.NewNamespace(), "other");
        var labels = new Dictionary<string, string> { ["app"] = "other" };
        await installed.Client.Create(new StatefulSet
        {
            Metadata = new() { Namespace = key.Namespace, Name = key.Name },
            Spec = new() { Replicas = 0, ServiceName = "other", Selector = new() { MatchLabels = labels }, Template = new() { Metadata = new() { Labels = labels }, Spec = new() { Containers = [new() { Name = "c", Image = "i" }] } } },
        });
        Assert.Equal(1, (await installed.As(InstalledOperator.Somebody).SetScale<StatefulSet>(key, 1)).Spec?.Replicas);
    }

    [Fact]
    public async Task Objects_of_others_are_no_concern_even_with_our_labels()
    {
        var ns = await installed.Plane.NewNamespace();
        var somebody = installed.As(InstalledOperator.Somebody);
        foreach (var (name, labels) in (IEnumerable<(string, Dictionary<string, string>)>)[("plain", []), ("nobodys", new() { [Labels.ManagedBy] = Labels.Manager }), ("orphan", new() { [Labels.ManagedBy] = Labels.Manager, [Labels.PartOf] = "gone" })])
        {
            var key = new ObjectKey(ns, name);
            await installed.Client.Create(new ConfigMap { Metadata = new() { Namespace = ns, Name = name, Labels = labels } });
            await somebody.Patch<ConfigMap>(key, PatchKind.Merge, Touch.DeepClone());
            Assert.True(await somebody.Delete<ConfigMap>(key));
        }
    }

    [Fact]
    public async Task Taking_off_the_label_does_not_take_off_the_protection()
    {
        var key = (await installed.Ready()).Key;
        var unlabelled = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [Labels.ManagedBy] = null } } };
        await Refused(() => installed.As(InstalledOperator.Somebody).Patch<ConfigMap>(key with { Name = "e-config" }, PatchKind.Merge, unlabelled));
    }

    [Fact]
    public async Task Creating_is_not_restricted()
    {
        var key = (await installed.Ready()).Key;
        await installed.As(InstalledOperator.Somebody).Create(new ConfigMap { Metadata = new() { Namespace = key.Namespace, Name = "more", Labels = new Dictionary<string, string>(Labels.Default(await installed.Client.Get<Etcd>(key))) } });
    }

    [Fact]
    public async Task Members_renew_their_leases_and_nothing_else()
    {
        var key = (await installed.Ready()).Key;
        var member = installed.As($"system:serviceaccount:{key.Namespace}:e");
        var renewal = new JsonObject { ["spec"] = new JsonObject { ["renewTime"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", System.Globalization.CultureInfo.InvariantCulture) } };
        await member.Patch<Lease>(key with { Name = "e-0" }, PatchKind.Merge, renewal.DeepClone());
        await Refused(() => member.Delete<Lease>(key with { Name = "e-0" }));
        await Refused(() => member.Patch<StatefulSet>(key, PatchKind.Merge, Touch.DeepClone()));
        await Refused(() => installed.As($"system:serviceaccount:{key.Namespace}:other").Patch<Lease>(key with { Name = "e-0" }, PatchKind.Merge, renewal.DeepClone()));
    }

    [Fact]
    public async Task The_annotation_opens_at_once_and_closes_again()
    {
        var key = (await installed.Ready()).Key;
        var somebody = installed.As(InstalledOperator.Somebody);
        await Refused(() => somebody.Patch<ConfigMap>(key with { Name = "e-config" }, PatchKind.Merge, Touch.DeepClone()));

        await installed.Client.Patch<Etcd>(key, PatchKind.Merge, InstalledOperator.Annotate(Annotations.DisableProtection, ""));
        await somebody.Patch<ConfigMap>(key with { Name = "e-config" }, PatchKind.Merge, Touch.DeepClone());
        Assert.True(await somebody.Delete<PodDisruptionBudget>(key));

        await installed.Client.Patch<Etcd>(key, PatchKind.Merge, InstalledOperator.Annotate(Annotations.DisableProtection, null));
        await ControlPlane.Eventually("it is protected again", async () =>
        {
            try
            {
                await somebody.Patch<ConfigMap>(key with { Name = "e-config" }, PatchKind.Merge, InstalledOperator.Annotate("touched", Guid.NewGuid().ToString()));
                return false;
            }
            catch (KubernetesException error)
            {
                return error.Reason == ErrorReason.Forbidden;
            }
        });
    }

    [Fact]
    public async Task Without_runtime_components_only_configuration_and_StatefulSet_are_protected()
    {
        var key = new ObjectKey(await installed.Plane.NewNamespace("etcd"), "e");
        await installed.Client.Create(new Etcd { Metadata = new() { Name = "e", Namespace = key.Namespace, Annotations = new Dictionary<string, string> { [Annotations.DisableRuntimeComponents] = "" } }, Spec = new() { Replicas = 1, Labels = new Dictionary<string, string> { ["app"] = "test" } } });
        await ControlPlane.Eventually("the StatefulSet is there", async () => await installed.Client.TryGet<StatefulSet>(key) is not null);
        var labels = new Dictionary<string, string>(Labels.Default(await installed.Client.Get<Etcd>(key)));
        await installed.Client.Create(new ServiceAccount { Metadata = new() { Namespace = key.Namespace, Name = "e", Labels = labels } });

        var somebody = installed.As(InstalledOperator.Somebody);
        await somebody.Patch<ServiceAccount>(key, PatchKind.Merge, Touch.DeepClone());
        Assert.True(await somebody.Delete<ServiceAccount>(key));
        await Refused(() => somebody.Patch<StatefulSet>(key, PatchKind.Merge, Touch.DeepClone()));
        await Refused(() => somebody.Patch<ConfigMap>(key with { Name = "e-config" }, PatchKind.Merge, Touch.DeepClone()));
    }

    [Fact]
    public async Task Those_exempt_may_change_a_settled_cluster_but_not_one_that_is_being_reconciled()
    {
        var key = (await installed.Ready()).Key;
        var exempt = installed.As(InstalledOperator.Exempt);
        await exempt.Patch<Service>(key with { Name = "e-client" }, PatchKind.Merge, Touch.DeepClone());

        // Suspended, so that the operator leaves the status as the test writes it.
        await installed.Client.Patch<Etcd>(key, PatchKind.Merge, InstalledOperator.Annotate(Annotations.SuspendReconcile, ""));
        await installed.Until(key, "is suspended", e => Operator.OperatorFixture.StateOf(e, "lifecycle") == "Suspended");
        await ControlPlane.Eventually("those exempt are held off", async () =>
        {
            await SetLastOperation(key, OperationState.Processing);
            try
            {
                await exempt.Patch<Service>(key with { Name = "e-client" }, PatchKind.Merge, InstalledOperator.Annotate("touched", Guid.NewGuid().ToString()));
                return false;
            }
            catch (KubernetesException error)
            {
                return error.Reason == ErrorReason.Forbidden && error.Message.Contains("is being reconciled", StringComparison.Ordinal);
            }
        });
    }

    [Fact]
    public async Task A_deletion_runs_to_its_end_and_nobody_else_deletes_meanwhile()
    {
        var key = (await installed.Ready()).Key;
        await installed.Client.Patch<Etcd>(key, PatchKind.Merge, InstalledOperator.Annotate(Annotations.SuspendReconcile, ""));
        await installed.Until(key, "is suspended", e => Operator.OperatorFixture.StateOf(e, "lifecycle") == "Suspended");
        await installed.Client.Delete<Etcd>(key);
        var denied = await Refused(() => installed.As(InstalledOperator.Somebody).Delete<ConfigMap>(key with { Name = "e-config" }));
        Assert.Contains("which is being deleted", denied.Message, StringComparison.Ordinal);
        Assert.True(await installed.As(InstalledOperator.Exempt).Delete<PodDisruptionBudget>(key));

        await installed.Client.Patch<Etcd>(key, PatchKind.Merge, InstalledOperator.Annotate(Annotations.SuspendReconcile, null));
        await ControlPlane.Eventually("the Etcd is gone", async () => await installed.Client.TryGet<Etcd>(key) is null);
        Assert.True(await installed.As(InstalledOperator.Somebody).Delete<PersistentVolumeClaim>(key with { Name = "e-e-0" }));
    }

    async Task SetLastOperation(ObjectKey key, string state) => await installed.Client.Patch<Etcd>(key, PatchKind.Merge, new JsonObject
    {
        ["status"] = new JsonObject
        {
            ["lastOperation"] = new JsonObject { ["type"] = OperationType.Reconcile, ["state"] = state, ["runID"] = "test", ["description"] = "By a test.", ["lastUpdateTime"] = "2026-01-01T00:00:00Z" },
        },
    }, "status");

    Task<Job> Start(ObjectKey key) => installed.Client.Create(new Job
    {
        Metadata = new() { Namespace = key.Namespace, Name = "e-compactor", Labels = new Dictionary<string, string> { [Labels.ManagedBy] = Labels.Manager, [Labels.PartOf] = "e" } },
        Spec = new() { Template = new() { Spec = new() { RestartPolicy = "Never", Containers = [new() { Name = "c", Image = "i" }] } } },
    });

    static async Task Denied<T>(KubernetesClient somebody, ObjectKey key) where T : class, IResource<T>
    {
        foreach (var error in (KubernetesException[])[await Refused(() => somebody.Patch<T>(key, PatchKind.Merge, Touch.DeepClone())), await Refused(() => somebody.Delete<T>(key))])
        {
            Assert.Contains($"{T.Type.Kind} {key} is kept as Etcd", error.Message, StringComparison.Ordinal);
        }
    }

    static async Task<KubernetesException> Refused(Func<Task> change)
    {
        var error = await Assert.ThrowsAsync<KubernetesException>(change);
        Assert.Equal(ErrorReason.Forbidden, error.Reason);
        Assert.Contains("admission webhook", error.Message, StringComparison.Ordinal);
        return error;
    }
}

/// <summary>One installed operator for all tests of it.</summary>
[CollectionDefinition(nameof(InstalledOperator))]
public sealed class InstalledCollection : ICollectionFixture<InstalledOperator>;
