using Druid.Kubernetes.Resources;
using Druid.Operator.Components;

namespace Druid.UnitTests.Components;

public class AuthoritiesTests
{
    static StatefulSet Render(string? present, string? first) =>
        Golden.Render<StatefulSet>(Golden.Context("04-client-tls") with { Authorities = present, FirstAuthorities = first });

    static string? OfPods(StatefulSet set) => set.Spec!.Template!.Metadata!.Annotations!.GetValueOrDefault(AuthoritiesAnnotation.Present);

    [Fact]
    public void Pods_of_a_cluster_whose_authorities_never_changed_carry_no_trace_of_them()
    {
        Assert.Null(OfPods(Render("a", null)));
        Assert.Null(OfPods(Render("a", "a")));
        Assert.Equal("a", AuthoritiesAnnotation.Of(Render("a", null)));
    }

    [Fact]
    public void Other_authorities_replace_the_pods_and_the_first_ones_are_remembered()
    {
        var renewed = Render("b", "a");
        Assert.Equal(("b", "a"), (OfPods(renewed), AuthoritiesAnnotation.Of(renewed)));
        Assert.Equal("c", OfPods(Render("c", "a")));
    }

    [Fact]
    public void Without_TLS_nothing_is_remembered()
    {
        Assert.Null(AuthoritiesAnnotation.Of(Render(null, "a")));
        Assert.Null(OfPods(Render(null, "a")));
    }
}
