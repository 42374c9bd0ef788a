using System.Net;
using Druid.MemberTests.Harness;

namespace Druid.MemberTests;

public class SidecarTests
{
    const string MembersAnnotation = "druid.gardener.cloud/members";

    [Fact]
    public async Task The_api_speaks_as_the_contract_says()
    {
        await using var cluster = new Cluster(1);
        var pod = cluster[0];
        pod.StartSidecar();
        await Eventually.Is("the sidecar listens", async () =>
        {
            try { return (await pod.Ask("/initialization/status")).Body == "New"; }
            catch (HttpRequestException) { return false; }
        }, () => pod.Log);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"health":false}"""), await pod.Ask("/healthz"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await pod.Ask("/config")).Status);
        Assert.Equal(HttpStatusCode.OK, (await pod.Ask("/initialization/start?mode=full")).Status);
        await Eventually.Is("it is initialized", async () => (await pod.Ask("/initialization/status")).Body == "Successful");
        Assert.Equal("New", (await pod.Ask("/initialization/status")).Body);
        Assert.Contains("name: e-0", (await pod.Ask("/config")).Body, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "no snapshot store is configured\n"), await pod.Ask("/snapshot/full"));
        Assert.Contains("etcdbr_cluster_size 1", (await pod.Ask("/metrics")).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await pod.Ask("/nonsense")).Status);
    }

    [Theory]
    [InlineData("/nowhere/etcd.conf.yaml", "/nowhere/etcd.conf.yaml cannot be read: ")]
    [InlineData("/dev/null", "/dev/null: is empty; expected etcd's configuration")]
    public async Task A_configuration_that_cannot_be_used_ends_the_sidecar_with_a_line_that_names_it(string file, string reason)
    {
        using var sidecar = new Agent(new Dictionary<string, string> { ["POD_NAME"] = "e-0", ["POD_NAMESPACE"] = "shop", ["ETCD_CONF"] = file }, "server", "--log-format=text");
        Assert.Equal(1, await sidecar.Exit());
        Assert.Contains($"The sidecar cannot run: {reason}", sidecar.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", sidecar.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_member_reports_in_its_lease_and_the_leader_lists_them_all()
    {
        await using var cluster = new Cluster(3, leases: await Leases.Start("e-0", "e-1", "e-2"));
        await cluster.Start();
        var leases = cluster.Leases!;
        await Eventually.Is("all leases have a holder", () => cluster.Pods.All(pod => leases.Holder(pod.Name) is not null));
        await Eventually.Is("one of them leads", () => cluster.Pods.Count(pod => leases.Holder(pod.Name)!.EndsWith(":Leader", StringComparison.Ordinal)) == 1);

        foreach (var pod in cluster.Pods)
        {
            using var client = pod.Client();
            var status = await client.Status(default);
            Assert.StartsWith($"{status.Header.MemberId:x}:{status.Header.ClusterId:x}:", leases.Holder(pod.Name), StringComparison.Ordinal);
            Assert.Equal("false", leases.Annotation(pod.Name, "member.etcd.gardener.cloud/tls-enabled"));
        }
        var list = Assert.Single(cluster.Pods, pod => leases.Annotation(pod.Name, MembersAnnotation) is not null);
        var expected = (await cluster.Members()).Select(m => $"{m.Name}={m.ID:x}:voter").Order();
        Assert.Equal(expected, leases.Annotation(list.Name, MembersAnnotation)!.Split(',').Order());
    }

    [Fact]
    public async Task A_heartbeat_is_one_request_and_an_outage_of_the_api_server_is_survived()
    {
        await using var cluster = new Cluster(1, leases: await Leases.Start("e-0"));
        await cluster.Start();
        var leases = cluster.Leases!;
        await Eventually.Is("it reports", () => leases.Holder("e-0") is not null);
        var before = leases.Requests.Count;
        await Eventually.Is("it goes on reporting", () => leases.Requests.Count >= before + 3);
        Assert.All(leases.Requests.Skip(before), request => Assert.Equal("PATCH /apis/coordination.k8s.io/v1/namespaces/shop/leases/e-0", request));

        leases.Down = true;
        await Eventually.Is("it notices", () => cluster[0].Sidecar!.Log.Contains("The lease of e-0 cannot be renewed", StringComparison.Ordinal));
        Assert.True(await cluster[0].IsReady());
        leases.Down = false;
        await Eventually.Is("it reports again", () => cluster[0].Sidecar!.Log.Contains("Reports in the lease of e-0 again", StringComparison.Ordinal));
    }
}
