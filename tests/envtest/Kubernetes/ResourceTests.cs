using System.Text.Json.Nodes;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.EnvtestTests.Kubernetes;

public class ResourceTests
{
    [Fact]
    public async Task An_object_is_created_read_listed_and_deleted()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace();
        var key = new ObjectKey(ns, "settings");

        Assert.Null(await plane.Client.TryGet<ConfigMap>(key));
        var created = await plane.Client.Create(Settings(ns, ("a", "1")));
        var read = await plane.Client.Get<ConfigMap>(key);
        Assert.Equal(created.Metadata.Uid, read.Metadata.Uid);
        Assert.Equal("1", read.Data!["a"]);
        Assert.Contains(await plane.Client.List<ConfigMap>(ns).ToListAsync(), c => c.Key == key);

        Assert.True(await plane.Client.Delete<ConfigMap>(key));
        Assert.False(await plane.Client.Delete<ConfigMap>(key));
        Assert.Equal(ErrorReason.NotFound, (await Assert.ThrowsAsync<KubernetesException>(() => plane.Client.Get<ConfigMap>(key))).Reason);
    }

    [Fact]
    public async Task A_list_comes_in_pages_and_by_label()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace();
        for (var i = 0; i < 7; i++)
        {
            await plane.Client.Create(new ConfigMap
            {
                Metadata = new() { Namespace = ns, Name = $"page-{i}", Labels = new Dictionary<string, string> { ["odd"] = $"{i % 2}" } },
            });
        }

        var page = await plane.Client.ListPage<ConfigMap>(ns, new() { Limit = 3, LabelSelector = "odd" });
        Assert.Equal(3, page.Items.Count);
        Assert.False(string.IsNullOrEmpty(page.Metadata.Continue));
        Assert.Equal(
            Enumerable.Range(0, 7).Select(i => $"page-{i}"),
            await plane.Client.List<ConfigMap>(ns, new() { Limit = 3, LabelSelector = "odd" }).Select(c => c.Metadata.Name).ToListAsync());
        Assert.Equal(3, await plane.Client.List<ConfigMap>(ns, new() { LabelSelector = "odd=1" }).CountAsync());
        Assert.Equal(
            ["page-5"],
            await plane.Client.List<ConfigMap>(ns, new() { FieldSelector = "metadata.name=page-5" }).Select(c => c.Metadata.Name).ToListAsync());
    }

    [Fact]
    public async Task Creating_twice_is_a_typed_error()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace();
        await plane.Client.Create(Settings(ns, ("a", "1")));
        var error = await Assert.ThrowsAsync<KubernetesException>(() => plane.Client.Create(Settings(ns, ("a", "1"))));
        Assert.Equal(ErrorReason.AlreadyExists, error.Reason);
        Assert.Contains($"create configmaps {ns}/settings", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invalid_object_is_refused_field_by_field()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace();
        var error = await Assert.ThrowsAsync<KubernetesException>(() => plane.Client.Create(new Service
        {
            Metadata = new() { Namespace = ns, Name = "Not_A_Name" },
            Spec = new() { Ports = [new() { Port = 70000, Protocol = "TCP" }] },
        }));
        Assert.Equal(ErrorReason.Invalid, error.Reason);
        Assert.Contains(error.Causes, cause => cause.Field == "metadata.name");
        Assert.Contains(error.Causes, cause => cause.Field == "spec.ports[0].port");
    }

    [Fact]
    public async Task Applying_again_changes_nothing_and_leaves_the_fields_of_others_alone()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace();
        var key = new ObjectKey(ns, "settings");

        var first = await plane.Client.Apply(Settings(ns, ("ours", "1")), "us");
        await plane.Client.Patch<ConfigMap>(key, PatchKind.Merge, new JsonObject { ["data"] = new JsonObject { ["theirs"] = "2" } });
        var second = await plane.Client.Apply(Settings(ns, ("ours", "1")), "us");
        var third = await plane.Client.Apply(Settings(ns, ("ours", "1")), "us");
        Assert.NotEqual(first.Metadata.ResourceVersion, second.Metadata.ResourceVersion);
        Assert.Equal(second.Metadata.ResourceVersion, third.Metadata.ResourceVersion);
        Assert.Equal("2", third.Data!["theirs"]);

        var other = await plane.Client.Apply(Settings(ns, ("new", "3")), "us");
        Assert.Equal(["new", "theirs"], other.Data!.Keys.Order());
    }

    [Fact]
    public async Task A_field_of_another_manager_is_taken_over_only_by_force()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace();
        await plane.Client.Apply(Settings(ns, ("a", "1")), "one");
        var error = await Assert.ThrowsAsync<KubernetesException>(() => plane.Client.Apply(Settings(ns, ("a", "2")), "two", force: false));
        Assert.Equal(ErrorReason.Conflict, error.Reason);
        Assert.Contains(error.Causes, cause => cause.Field == ".data.a");
        Assert.Equal("2", (await plane.Client.Apply(Settings(ns, ("a", "2")), "two")).Data!["a"]);
    }

    [Fact]
    public async Task A_patch_for_an_older_version_conflicts()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace();
        var key = new ObjectKey(ns, "settings");
        var old = await plane.Client.Create(Settings(ns, ("a", "1")));
        var now = await plane.Client.Patch<ConfigMap>(key, PatchKind.Merge, Data("a", "2"), resourceVersion: old.Metadata.ResourceVersion);

        var error = await Assert.ThrowsAsync<KubernetesException>(
            () => plane.Client.Patch<ConfigMap>(key, PatchKind.Merge, Data("a", "3"), resourceVersion: old.Metadata.ResourceVersion));
        Assert.Equal(ErrorReason.Conflict, error.Reason);

        JsonArray Operations() => [new JsonObject { ["op"] = "replace", ["path"] = "/data/a", ["value"] = "4" }];
        error = await Assert.ThrowsAsync<KubernetesException>(
            () => plane.Client.Patch<ConfigMap>(key, PatchKind.Json, Operations(), resourceVersion: old.Metadata.ResourceVersion));
        Assert.Equal(ErrorReason.Conflict, error.Reason);
        Assert.Equal("4", (await plane.Client.Patch<ConfigMap>(key, PatchKind.Json, Operations(), resourceVersion: now.Metadata.ResourceVersion)).Data!["a"]);
    }

    [Fact]
    public async Task A_deletion_spares_a_successor_of_the_same_name()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace();
        var key = new ObjectKey(ns, "settings");
        var first = await plane.Client.Create(Settings(ns, ("a", "1")));
        await plane.Client.Delete<ConfigMap>(key);
        await plane.Client.Create(Settings(ns, ("a", "2")));

        var error = await Assert.ThrowsAsync<KubernetesException>(() => plane.Client.Delete<ConfigMap>(key, new() { Uid = first.Metadata.Uid }));
        Assert.Equal(ErrorReason.Conflict, error.Reason);
        Assert.Equal("2", (await plane.Client.Get<ConfigMap>(key)).Data!["a"]);
    }

    [Fact]
    public async Task A_foreground_deletion_takes_the_owned_first()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace();
        var owner = await plane.Client.Create(Settings(ns, ("a", "1")));
        await plane.Client.Create(new Secret
        {
            Metadata = new() { Namespace = ns, Name = "owned", OwnerReferences = [owner.ToControllerReference()] },
            Data = new Dictionary<string, byte[]> { ["key"] = [1, 2, 255] },
        });
        Assert.Equal([1, 2, 255], (await plane.Client.Get<Secret>(new(ns, "owned"))).Data!["key"]);

        await plane.Client.Delete<ConfigMap>(owner.Key, new() { Propagation = Propagation.Foreground });
        await ControlPlane.Eventually("both are gone", async () =>
            await plane.Client.TryGet<Secret>(new(ns, "owned")) is null && await plane.Client.TryGet<ConfigMap>(owner.Key) is null);
    }

    [Fact]
    public async Task A_collection_is_deleted_by_label()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace();
        foreach (var name in new[] { "a", "b", "c" })
        {
            await plane.Client.Create(new Lease
            {
                Metadata = new() { Namespace = ns, Name = name, Labels = new Dictionary<string, string> { ["gone"] = name == "c" ? "no" : "yes" } },
            });
        }
        await plane.Client.DeleteCollection<Lease>(ns, new() { LabelSelector = "gone=yes" });
        Assert.Equal(["c"], await plane.Client.List<Lease>(ns).Select(l => l.Metadata.Name).ToListAsync());
    }

    [Fact]
    public async Task Only_the_metadata_is_read_where_only_that_is_asked_for()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace();
        await plane.Client.Create(Settings(ns, ("a", "1")));
        var partial = await plane.Client.Get<Partial<ConfigMap>>(new(ns, "settings"));
        Assert.Equal("settings", partial.Metadata.Name);
        Assert.NotNull(partial.Metadata.Uid);
        Assert.Contains(await plane.Client.List<Partial<ConfigMap>>(ns).ToListAsync(), p => p.Key == partial.Key);
    }

    [Fact]
    public async Task A_disruption_budget_is_applied_in_the_version_that_the_server_has()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace();
        var applied = await plane.Client.Apply(
            new PodDisruptionBudget
            {
                Metadata = new() { Namespace = ns, Name = "budget" },
                Spec = new() { MinAvailable = 2, Selector = new() { MatchLabels = new Dictionary<string, string> { ["app"] = "x" } } },
            },
            "us");
        Assert.Equal(2, applied.Spec!.MinAvailable?.Number);
        Assert.Contains(await plane.Client.List<PodDisruptionBudget>(ns).ToListAsync(), b => b.Key == applied.Key);
        Assert.True(await plane.Client.Delete<PodDisruptionBudget>(applied.Key));
    }

    [Fact]
    public async Task Replicas_are_set_through_the_scale_subresource()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace();
        var labels = new Dictionary<string, string> { ["app"] = "scaled" };
        await plane.Client.Create(new StatefulSet
        {
            Metadata = new() { Namespace = ns, Name = "scaled" },
            Spec = new()
            {
                Replicas = 0,
                PodManagementPolicy = "Parallel",
                ServiceName = "scaled",
                Selector = new() { MatchLabels = labels },
                Template = new() { Metadata = new() { Labels = labels }, Spec = new() { Containers = [new() { Name = "a", Image = "b" }] } },
            },
        });
        await plane.Client.SetScale<StatefulSet>(new(ns, "scaled"), 2);
        Assert.Equal(2, (await plane.Client.GetScale<StatefulSet>(new(ns, "scaled"))).Spec!.Replicas);
        await ControlPlane.Eventually("two pods", async () => await plane.Client.List<Pod>(ns).CountAsync() == 2);

        Assert.True(await plane.Client.Evict(new(ns, "scaled-0")));
        Assert.False(await plane.Client.Evict(new(ns, "scaled-7")));
    }

    [Fact]
    public async Task An_eviction_that_a_budget_forbids_is_told_and_not_repeated()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace();
        var labels = new Dictionary<string, string> { ["app"] = "guarded" };
        var pod = new Pod
        {
            Metadata = new() { Namespace = ns, Name = "guarded", Labels = labels },
            Spec = new() { Containers = [new() { Name = "a", Image = "b" }] },
        };
        // A new namespace takes pods once its service account is there.
        await ControlPlane.Eventually<Pod>("the pod is created", async () => await plane.Client.Create(pod));
        // Running, or the budget does not count it.
        await plane.Client.Patch<Pod>(pod.Key, PatchKind.Merge, new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["phase"] = "Running",
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
            },
        }, "status");
        await plane.Client.Apply(
            new PodDisruptionBudget { Metadata = new() { Namespace = ns, Name = "guard" }, Spec = new() { MinAvailable = 1, Selector = new() { MatchLabels = labels } } },
            "us");
        await ControlPlane.Eventually("the budget counts", async () =>
            (await plane.Client.Get<PodDisruptionBudget>(new(ns, "guard"))).Status is { ObservedGeneration: > 0, ExpectedPods: 1 });

        var requests = new RequestCounter();
        var client = plane.NewClient(new() { Observer = requests });
        var error = await Assert.ThrowsAsync<KubernetesException>(() => client.Evict(pod.Key));
        Assert.Equal(ErrorReason.TooManyRequests, error.Reason);
        Assert.Equal(1, requests.Count("create", "pods/eviction"));
    }

    [Fact]
    public async Task What_the_server_offers_can_be_asked()
    {
        var plane = await ControlPlane.Shared;
        Assert.StartsWith("v1.", (await plane.Client.ServerVersion()).GitVersion, StringComparison.Ordinal);
        var resources = await plane.Client.ApiResources();
        Assert.Contains(resources, r => r is { Name: "statefulsets", Group: "apps", Version: "v1", Kind: "StatefulSet", Namespaced: true });
        Assert.Contains(resources, r => r is { Name: "pods", Group: "", Version: "v1" });
        Assert.Empty(await plane.Client.ApiResources("policy", "v7"));
        Assert.Equal("ok", await plane.Client.GetRaw("/readyz"));
    }

    [Fact]
    public async Task A_right_that_is_missing_is_a_typed_error()
    {
        var plane = await ControlPlane.Shared;
        var anonymous = plane.Configuration with { ClientCertificate = null };
        using var client = new KubernetesClient(anonymous);
        var error = await Assert.ThrowsAsync<KubernetesException>(() => client.Get<Secret>(new("default", "x")));
        Assert.True(error.Reason is ErrorReason.Forbidden or ErrorReason.Unauthorized, error.Message);
        Assert.Contains("get secrets default/x", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_with_a_certificate_of_somebody_else_is_not_talked_to()
    {
        var plane = await ControlPlane.Shared;
        using var client = new KubernetesClient(plane.Configuration with { CertificateAuthorities = null }, new() { Retries = 0 });
        var error = await Assert.ThrowsAsync<KubernetesException>(() => client.GetRaw("/readyz"));
        Assert.Equal(ErrorReason.Unreachable, error.Reason);
    }

    [Fact]
    public async Task A_name_of_the_certificate_can_stand_for_the_address()
    {
        var plane = await ControlPlane.Shared;
        using var client = new KubernetesClient(plane.Configuration with { TlsServerName = "kubernetes.default.svc" });
        Assert.Equal("ok", await client.GetRaw("/readyz"));
        using var wrong = new KubernetesClient(plane.Configuration with { TlsServerName = "elsewhere.example" }, new() { Retries = 0 });
        Assert.Equal(ErrorReason.Unreachable, (await Assert.ThrowsAsync<KubernetesException>(() => wrong.GetRaw("/readyz"))).Reason);
    }

    [Fact]
    public async Task A_replaced_lease_keeps_what_is_not_known_here()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace();
        var lease = await plane.Client.Create(new Lease
        {
            Metadata = new() { Namespace = ns, Name = "held" },
            Spec = new() { HolderIdentity = "a", LeaseDurationSeconds = 15, RenewTime = DateTimeOffset.UtcNow },
        });
        var replaced = await plane.Client.Replace(lease with { Spec = lease.Spec! with { HolderIdentity = "b" } });
        Assert.Equal("b", replaced.Spec!.HolderIdentity);
        Assert.Equal(lease.Spec.RenewTime, replaced.Spec.RenewTime);
        var error = await Assert.ThrowsAsync<KubernetesException>(() => plane.Client.Replace(lease));
        Assert.Equal(ErrorReason.Conflict, error.Reason);
    }

    static ConfigMap Settings(string ns, params (string Key, string Value)[] data) => new()
    {
        Metadata = new() { Namespace = ns, Name = "settings" },
        Data = data.ToDictionary(d => d.Key, d => d.Value),
    };

    static JsonObject Data(string key, string value) => new() { ["data"] = new JsonObject { [key] = value } };
}
