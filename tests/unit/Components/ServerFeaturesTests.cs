using Druid.Kubernetes.Resources;
using Druid.Operator.Components;

namespace Druid.UnitTests.Components;

public class ServerFeaturesTests
{
    [Theory]
    [InlineData("20", false, false)]
    [InlineData("26", false, false)]
    [InlineData("27+", true, false)]
    [InlineData("30", true, false)]
    [InlineData("31", true, true)]
    [InlineData("", true, true)]
    public void Fields_are_left_out_that_the_server_does_not_know(string minor, bool eviction, bool distribution)
    {
        var server = ServerFeatures.Of(new() { Major = "1", Minor = minor, GitVersion = $"v1.{minor}.0" });
        var context = Golden.Context("23-settings") with { Server = server };
        Assert.Equal(eviction ? "AlwaysAllow" : null, Golden.Render<PodDisruptionBudget>(context).Spec!.UnhealthyPodEvictionPolicy);
        Assert.Equal(distribution ? "PreferClose" : null, Golden.Render(context).OfType<Service>().First().Spec!.TrafficDistribution);
    }
}
