using Druid.Api;

namespace Druid.UnitTests.Api;

public class OwnershipTests
{
    [Fact]
    public void An_owned_object_carries_labels_and_its_controller()
    {
        var metadata = Etcds.Named("main").Own("main-config", Druid.Api.Components.ConfigMap);

        Assert.Equal(("main-config", "shoots"), (metadata.Name, metadata.Namespace));
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["app.kubernetes.io/managed-by"] = "etcd-druid",
                ["app.kubernetes.io/part-of"] = "main",
                ["app.kubernetes.io/name"] = "main-config",
                ["app.kubernetes.io/component"] = "etcd-configmap",
            },
            metadata.Labels!);
        var owner = Assert.Single(metadata.OwnerReferences!);
        Assert.Equal(("druid.gardener.cloud/v1alpha1", "Etcd", "main", "4c1e"), (owner.ApiVersion, owner.Kind, owner.Name, owner.Uid));
        Assert.True(owner is { Controller: true, BlockOwnerDeletion: true });
    }

    [Fact]
    public void An_Etcd_that_was_not_read_from_a_server_owns_nothing() =>
        Assert.Throws<InvalidOperationException>(() => (Etcds.Named("main") with { Metadata = new() { Name = "main" } }).Own("main", Druid.Api.Components.StatefulSet));

    [Fact]
    public void The_operators_labels_win_over_a_users_on_pods()
    {
        var etcd = Etcds.Named("main");
        etcd = etcd with { Spec = etcd.Spec with { Labels = new Dictionary<string, string> { ["app"] = "etcd", [Labels.PartOf] = "mine" } } };

        var labels = Labels.OfPods(etcd);

        Assert.Equal(("etcd", "main", "etcd-statefulset"), (labels["app"], labels[Labels.PartOf], labels[Labels.Component]));
    }

    [Theory]
    [InlineData("druid.gardener.cloud:etcd:main", "druid.gardener.cloud-etcd-main")]
    [InlineData("a-b", "a-b")]
    public void A_name_is_made_fit_for_a_label(string name, string value) => Assert.Equal(value, Labels.Value(name));

    [Fact]
    public void A_long_name_is_cut_to_what_a_label_holds_and_ends_in_a_letter() =>
        Assert.Equal(new string('x', 62), Labels.Value(new string('x', 62) + "--main-0"));

    [Fact]
    public void Annotations_say_what_the_user_asks_for()
    {
        static Etcd With(string annotation, string value = "") =>
            Etcds.Named("main") with { Metadata = new() { Name = "main", Annotations = new Dictionary<string, string> { [annotation] = value } } };

        Assert.True(With("gardener.cloud/operation", "reconcile").AsksForReconcile());
        Assert.True(With("druid.gardener.cloud/operation", "reconcile").AsksForReconcile());
        Assert.False(With("druid.gardener.cloud/operation", "restart").AsksForReconcile());
        Assert.True(With("druid.gardener.cloud/suspend-etcd-spec-reconcile").IsSuspended());
        Assert.False(With("druid.gardener.cloud/disable-etcd-component-protection").IsProtected());
        Assert.False(With("druid.gardener.cloud/disable-etcd-runtime-component-creation").RunsMembers());
        Assert.True(With("druid.gardener.cloud/recover-quorum").AcknowledgesQuorumLoss());
        Assert.True(Etcds.Named("main") is var plain && plain.IsProtected() && plain.RunsMembers() && !plain.IsSuspended() && !plain.AsksForReconcile());
    }
}
