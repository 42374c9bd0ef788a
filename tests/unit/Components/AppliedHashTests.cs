using Druid.Kubernetes.Resources;
using Druid.Operator.Components;
using Druid.StateMachine.Etcd;

namespace Druid.UnitTests.Components;

public class AppliedHashTests
{
    [Fact]
    public void A_stamped_object_is_the_rendered_one_with_the_hash_of_its_content()
    {
        var rendered = Golden.Render<StatefulSet>(Golden.Context("02-three"));
        var stamped = (StatefulSet)AppliedHash.Stamp(rendered);
        Assert.Matches("^[0-9a-f]{16}$", stamped.Annotation(AppliedHash.Annotation));
        Assert.Equal(Golden.Json(rendered).ToJsonString(), Golden.Json(stamped with { Metadata = rendered.Metadata }).ToJsonString());
    }

    [Fact]
    public void The_hash_is_beside_the_annotations_of_the_user_and_not_on_pods()
    {
        var objects = Stamped("23-settings").ToList();
        Assert.Equal(2, objects.OfType<Service>().First().Metadata.Annotations!.Count);
        Assert.DoesNotContain(AppliedHash.Annotation, objects.OfType<StatefulSet>().Single().Spec!.Template!.Metadata!.Annotations!.Keys);
    }

    [Fact]
    public void The_same_rendering_has_the_same_hash() => Assert.All(
        Stamped("08-store-s3").Zip(Stamped("08-store-s3")), pair => Assert.True(AppliedHash.Same(pair.First, pair.Second)));

    [Fact]
    public void Another_rendering_has_another_hash()
    {
        var (three, five) = (Stamped("02-three", 3), Stamped("02-three", 5));
        var changed = three.Zip(five.Where(o => o.Metadata.Name is not ("etcd-main-3" or "etcd-main-4")))
            .Where(pair => !AppliedHash.Same(pair.First, pair.Second)).Select(pair => pair.First.Kind);
        Assert.Equal(["PodDisruptionBudget", "ConfigMap", "StatefulSet"], changed);
    }

    [Fact]
    public void An_object_that_was_never_applied_is_not_current() =>
        Assert.False(AppliedHash.Same(Stamped("02-three").First(), Golden.Render(Golden.Context("02-three")).First()));

    [Fact]
    public void What_no_component_renders_cannot_be_stamped() =>
        Assert.Throws<ArgumentException>(() => AppliedHash.Stamp(new Secret { Metadata = new() { Name = "s" } }));

    [Fact]
    public void Components_are_in_the_order_of_their_kinds()
    {
        Assert.Equal(Enum.GetValues<ComponentKind>(), OwnedComponents.All.Select(c => c.Kind));
        Assert.All(Enum.GetValues<ComponentKind>(), kind => Assert.Equal(kind, OwnedComponents.Of(kind).Kind));
    }

    static IEnumerable<IResource> Stamped(string name, int? size = null) =>
        OwnedComponents.All.SelectMany(c => OwnedComponents.Render(c.Kind, Golden.Context(name, size)));
}
