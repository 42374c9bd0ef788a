using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.EnvtestTests.Operator;

/// <summary>What someone who declares an Etcd relies on, up to what needs real pods.</summary>
[Collection(OneOperator.Name)]
public sealed class EtcdLifecycleTests(OperatorFixture fixture) : IDisposable
{
    static readonly string[] Writes = ["create", "apply", "patch", "update", "delete"];

    /// <summary>Every test ends with this.</summary>
    public void Dispose() => fixture.VerifySteps();

    [Fact]
    public async Task Creating_an_Etcd_makes_every_object_of_the_contract()
    {
        var key = await fixture.Create();
        var etcd = await fixture.UntilReady(key);
        var client = fixture.Client;

        Assert.Equal(3, (await client.Get<StatefulSet>(key)).Spec?.Replicas);
        foreach (var name in (string[])["e-client", "e-peer"])
        {
            Assert.True((await client.Get<Service>(key with { Name = name })).IsControlledBy(etcd));
        }
        Assert.True((await client.Get<ConfigMap>(key with { Name = "e-config" })).IsControlledBy(etcd));
        Assert.True((await client.Get<PodDisruptionBudget>(key)).IsControlledBy(etcd));
        Assert.True((await client.Get<ServiceAccount>(key)).IsControlledBy(etcd));
        Assert.True((await client.Get<Role>(key with { Name = "druid.gardener.cloud:etcd:e" })).IsControlledBy(etcd));
        Assert.True((await client.Get<RoleBinding>(key with { Name = "druid.gardener.cloud:etcd:e" })).IsControlledBy(etcd));
        foreach (var ordinal in Enumerable.Range(0, 3))
        {
            Assert.True((await client.Get<Lease>(key with { Name = $"e-{ordinal}" })).IsControlledBy(etcd));
        }
    }

    [Fact]
    public async Task Status_tells_members_conditions_and_where_the_machines_stand()
    {
        var etcd = await fixture.UntilReady(await fixture.Create());

        Assert.Equal(["e-0", "e-1", "e-2"], etcd.Status.Members.Select(m => m.Name));
        Assert.All(etcd.Status.Members, m => Assert.Equal(MemberHealth.Ready, m.Status));
        Assert.Equal(MemberRole.Leader, etcd.Status.Members[0].Role);
        Assert.Equal(etcd.Metadata.Generation, etcd.Status.ObservedGeneration);
        Assert.Equal("Succeeded", etcd.Status.LastOperation?.State);
        Assert.Empty(etcd.Status.LastErrors);
        Assert.Equal("Idle", OperatorFixture.StateOf(etcd, "backup"));
        Assert.Contains(etcd.Status.Lifecycle!.Transitions, t => t is { From: "Creating", To: "Ready" });
        Assert.Contains(etcd.Status.Conditions, c => c is { Type: ConditionType.ClusterIdMismatch, Status: ConditionStatus.False });
    }

    [Fact]
    public async Task A_cluster_costs_one_write_an_object_and_a_few_for_itself()
    {
        var before = fixture.Operator.Requests.All.Count;
        var key = await fixture.Create();
        await fixture.UntilReady(key);
        await Quiet(key);

        var writes = fixture.Operator.Requests.All.Skip(before).Where(r => Writes.Contains(r.Verb) && r.Resource != "events" && r.Namespace == key.Namespace).ToList();
        Assert.Equal(11, writes.Count(r => r.Verb == "apply"));
        Assert.Equal(1, writes.Count(r => r.Resource == "etcds.druid.gardener.cloud"));
        Assert.True(writes.Count(r => r.Resource == "etcds.druid.gardener.cloud/status") <= 3, $"status writes: {writes.Count(r => r.Resource == "etcds.druid.gardener.cloud/status")}");
    }

    [Fact]
    public async Task A_settled_cluster_costs_no_request()
    {
        var key = await fixture.Create();
        await fixture.UntilReady(key);
        await Quiet(key);
        var before = fixture.Operator.Requests.All.Count;
        await Task.Delay(TimeSpan.FromSeconds(5)); // The span in which nothing may happen: there is no event to wait for.
        Assert.Empty(fixture.Operator.Requests.All.Skip(before).Where(r => r.Verb != "watch" && r.Namespace == key.Namespace).Select(r => $"{r.Verb} {r.Resource}"));
    }

    [Fact]
    public async Task An_Etcd_applied_again_unchanged_causes_no_write()
    {
        var key = await fixture.Create();
        var etcd = await fixture.UntilReady(key);
        await Quiet(key);
        var before = fixture.Operator.Requests.All.Count;
        // A label makes the operator look; nothing it owns depends on it.
        await fixture.Change(key, new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["touched"] = "yes" } } });
        await fixture.Until(key, "carries the label", e => e.Label("touched") is not null);
        await Quiet(key);
        Assert.Empty(fixture.Operator.Requests.All.Skip(before).Where(r => Writes.Contains(r.Verb) && r.Namespace == key.Namespace).Select(r => $"{r.Verb} {r.Resource}"));
        Assert.Equal(etcd.Metadata.Generation, (await fixture.Client.Get<Etcd>(key)).Status.ObservedGeneration);
    }

    [Fact]
    public async Task What_another_party_changes_or_deletes_is_put_back()
    {
        var key = await fixture.Create();
        await fixture.UntilReady(key);
        await fixture.Client.Patch<Service>(key with { Name = "e-client" }, PatchKind.Merge, JsonNode.Parse("""{"spec":{"selector":{"app.kubernetes.io/part-of":"somebody-else"}}}""")!);
        await fixture.Client.Delete<PodDisruptionBudget>(key);
        await fixture.Client.Patch<StatefulSet>(key, PatchKind.Merge, JsonNode.Parse("""{"spec":{"replicas":1}}""")!);

        await ControlPlane.Eventually("the selector is put back", async () =>
            (await fixture.Client.Get<Service>(key with { Name = "e-client" })).Spec?.Selector?[Labels.PartOf] == "e");
        await ControlPlane.Eventually("the disruption budget is back", async () => await fixture.Client.TryGet<PodDisruptionBudget>(key) is not null);
        await ControlPlane.Eventually("the replicas are put back", async () => (await fixture.Client.Get<StatefulSet>(key)).Spec?.Replicas == 3);
        await ControlPlane.Eventually("an event tells which field of which object, and what to do instead", async () =>
        {
            var said = (await fixture.Client.ListPage<Event>(key.Namespace)).Items.Where(e => e is { Reason: "PutBack", EventType: "Warning", InvolvedObject.Kind: "Etcd" }).Select(e => e.Message ?? "").ToList();
            return said.Any(m => m.StartsWith("Service e-client: spec.selector", StringComparison.Ordinal) && m.Contains("To change it, change the Etcd", StringComparison.Ordinal))
                && said.Any(m => m.StartsWith("StatefulSet e: spec.replicas", StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task Deleting_an_Etcd_removes_all_it_owns_but_its_volumes()
    {
        var key = await fixture.Create();
        await fixture.UntilReady(key);
        await fixture.Client.Delete<Etcd>(key);
        await fixture.UntilGone(key);

        Assert.Null(await fixture.Client.TryGet<StatefulSet>(key));
        Assert.Null(await fixture.Client.TryGet<ConfigMap>(key with { Name = "e-config" }));
        Assert.Empty((await fixture.Client.ListPage<Pod>(key.Namespace)).Items);
        Assert.Empty((await fixture.Client.ListPage<Lease>(key.Namespace)).Items);
        Assert.Equal(3, (await fixture.Client.ListPage<PersistentVolumeClaim>(key.Namespace)).Items.Count);
    }

    [Fact]
    public async Task Volumes_go_too_where_the_policy_says_so()
    {
        var key = await fixture.Create(1, spec => spec with { Policies = new() { VolumesOnDeletion = "Delete" } });
        await fixture.UntilReady(key);
        await fixture.Client.Delete<Etcd>(key);
        await fixture.UntilGone(key);
        await ControlPlane.Eventually("no claim is left", async () => (await fixture.Client.ListPage<PersistentVolumeClaim>(key.Namespace)).Items.All(c => c.IsBeingDeleted));
    }

    [Fact]
    public async Task A_suspended_Etcd_is_left_alone_and_says_so()
    {
        var key = await fixture.Create(annotations: new Dictionary<string, string> { [Annotations.SuspendReconcile] = "" });
        var etcd = await fixture.Until(key, "is suspended", e => OperatorFixture.StateOf(e, "lifecycle") == "Suspended");
        Assert.Contains("suspension", OperatorFixture.WaitOf(etcd), StringComparison.Ordinal);
        Assert.Null(await fixture.Client.TryGet<StatefulSet>(key));
        Assert.Empty(etcd.Metadata.Finalizers ?? []);

        await fixture.Change(key, new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [Annotations.SuspendReconcile] = null } } });
        await fixture.UntilReady(key);
    }

    [Fact]
    public async Task A_missing_secret_is_named_with_the_field_and_waited_for()
    {
        var tls = new TlsConfig { TlsCaSecretRef = new() { Name = "ca" }, ServerTlsSecretRef = new() { Name = "server" }, ClientTlsSecretRef = new() { Name = "client" } };
        var key = await fixture.Create(with: spec => spec with { Etcd = spec.Etcd with { ClientUrlTls = tls } });
        var etcd = await fixture.Until(key, "is invalid", e => OperatorFixture.StateOf(e, "lifecycle") == "Invalid");

        var condition = etcd.Status.Conditions.Single(c => c.Type == "SpecAccepted");
        Assert.Equal("False", condition.Status);
        Assert.Contains("spec.etcd.clientUrlTls.tlsCASecretRef.name: secret 'ca' does not exist", condition.Message, StringComparison.Ordinal);
        foreach (var name in (string[])["ca", "server", "client"])
        {
            await fixture.Client.Create(new Secret { Metadata = new() { Name = name, Namespace = key.Namespace } });
        }
        await fixture.UntilReady(key);
    }

    [Fact]
    public async Task Events_tell_the_story()
    {
        var key = await fixture.Create();
        await fixture.UntilReady(key);
        await ControlPlane.Eventually("the events are there", async () =>
        {
            var reasons = (await fixture.Client.ListPage<Event>(key.Namespace)).Items.Where(e => e.InvolvedObject?.Kind == "Etcd").Select(e => e.Reason).ToHashSet();
            return reasons.IsSupersetOf(["Applied", "Ready", "Quorate"]);
        });
    }

    // No request for a second: whatever was caused has been done. Clusters of other tests are none of our business.
    async Task Quiet(ObjectKey key)
    {
        var (count, since, deadline) = (-1, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddSeconds(20));
        while (DateTimeOffset.UtcNow - since < TimeSpan.FromSeconds(1))
        {
            var requests = fixture.Operator.Requests.All.Where(r => r.Verb != "watch" && r.Namespace == key.Namespace).ToList();
            if (requests.Count != count)
            {
                (count, since) = (requests.Count, DateTimeOffset.UtcNow);
            }
            Assert.True(DateTimeOffset.UtcNow < deadline, $"The operator is never quiet: {string.Join("; ", requests.TakeLast(8).Select(r => $"{r.Verb} {r.Resource} {r.Namespace}/{r.Name} {r.Code}"))}");
            await Task.Delay(50);
        }
    }
}
