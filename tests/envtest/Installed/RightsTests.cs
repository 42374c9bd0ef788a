using Druid.Kubernetes.Client;

namespace Druid.EnvtestTests.Installed;

/// <summary>What counts as the use of a right.</summary>
public sealed class RightsTests
{
    [Fact]
    public void What_was_done_at_home_only_is_no_use_of_a_right_everywhere()
    {
        Assert.Equal(["update leases.coordination.k8s.io at home"], Rights.Used([Request("update", "leases.coordination.k8s.io", "home")], "home"));
        Assert.Equal(["update leases.coordination.k8s.io"], Rights.Used([Request("update", "leases.coordination.k8s.io", "elsewhere")], "home"));
        Assert.Equal(["list pods"], Rights.Used([Request("list", "pods", "")], "home"));
    }

    [Fact]
    public void To_apply_what_is_not_there_is_to_create_it()
    {
        Assert.Equal(["create services", "patch services"], Rights.Used([Request("apply", "services", "n", 201)], "home").Order());
        Assert.Equal(["patch services"], Rights.Used([Request("apply", "services", "n")], "home"));
    }

    [Fact]
    public void Rights_are_named_as_requests_are()
    {
        Assert.Contains("patch etcds.druid.gardener.cloud/status", Rights.Granted);
        Assert.Contains("create pods/eviction", Rights.Granted);
        Assert.Contains("create secrets at home", Rights.Granted);
        Assert.DoesNotContain("create secrets", Rights.Granted);
        Assert.DoesNotContain("get persistentvolumeclaims", Rights.Granted);
    }

    static RequestInfo Request(string verb, string resource, string ns, int code = 200) => new(verb, resource, ns, "x", code, TimeSpan.Zero, 1);
}
