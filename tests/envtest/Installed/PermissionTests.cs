using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.EnvtestTests.Installed;

/// <summary>The operator's rights are enough for all it does.</summary>
[Collection(nameof(InstalledOperator))]
public sealed class PermissionTests(InstalledOperator installed) : IDisposable
{
    public void Dispose() => installed.VerifySteps();

    [Fact]
    public async Task Nothing_that_the_operator_does_in_the_life_of_a_cluster_is_forbidden()
    {
        var key = (await installed.Ready()).Key;
        await Change(key, new JsonObject { ["spec"] = new JsonObject { ["etcd"] = new JsonObject { ["quota"] = "4Gi" } } });
        await Change(key, InstalledOperator.Annotate(Annotations.Operation, Annotations.Reconcile));
        await Change(key, new JsonObject { ["spec"] = new JsonObject { ["policies"] = new JsonObject { ["volumesOnDeletion"] = "Delete" } } });
        await installed.Client.Delete<Etcd>(key);
        await ControlPlane.Eventually("the Etcd is gone", async () => await installed.Client.TryGet<Etcd>(key) is null);

        Assert.Empty(installed.Operator.Requests.All.Where(r => r.Code is 401 or 403 && !IsDenial(r)).Select(r => $"{r.Verb} {r.Resource} {r.Namespace}/{r.Name}: {r.Code}").Distinct());
        Assert.True(installed.Operator.Requests.Count("apply", "statefulsets.apps") > 0);
    }

    // In a namespace that is going nothing is created any more, which is forbidden too, but not for want of a right.
    static bool IsDenial(RequestInfo request) => request.Verb is "create" && request.Resource == "events";

    async Task Change(ObjectKey key, JsonObject patch)
    {
        var changed = await installed.Client.Patch<Etcd>(key, PatchKind.Merge, patch);
        await installed.Until(key, "takes up the change", e => e.Status.ObservedGeneration >= changed.Metadata.Generation && !e.AsksForReconcile());
    }
}
