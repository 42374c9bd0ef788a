using Druid.MemberTests.Harness;
using Google.Protobuf;

namespace Druid.MemberTests;

public class StartEtcdTests
{
    [Fact]
    public async Task A_member_comes_up_and_keeps_its_data_over_a_stop()
    {
        await using var cluster = new Cluster(1);
        await cluster.Start();
        await cluster.Put("kept", "yes");
        await cluster[0].Stop();
        Assert.Equal("terminated", File.ReadAllText(cluster[0].ExitMarker));

        cluster[0].StartWrapper();
        await cluster.UntilReady();

        Assert.Contains("Initialization started with sanity validation", cluster[0].Wrapper!.Log, StringComparison.Ordinal);
        Assert.False(File.Exists(cluster[0].ExitMarker), "a running etcd may crash: no marker until it has stopped in order");
        Assert.Equal("yes", await cluster.Get("kept"));
    }

    [Fact]
    public async Task A_killed_agent_takes_etcd_with_it_and_the_data_is_validated_fully()
    {
        await using var cluster = new Cluster(1);
        await cluster.Start();
        await cluster.Put("kept", "yes");
        var etcd = Assert.Single(cluster[0].Wrapper!.Children);

        cluster[0].Wrapper!.Kill();
        await Eventually.Is("etcd is gone", () => !Agent.IsAlive(etcd));
        cluster[0].StartWrapper();
        await cluster.UntilReady();

        Assert.Contains("Initialization started with full validation", cluster[0].Wrapper!.Log, StringComparison.Ordinal);
        Assert.Equal("yes", await cluster.Get("kept"));
    }

    [Fact]
    public async Task Signals_reach_etcd_and_the_agent_ends_as_etcd_does()
    {
        await using var cluster = new Cluster(1);
        await cluster.Start();
        cluster[0].Wrapper!.Terminate();
        Assert.Equal(128 + 15, await cluster[0].Wrapper!.Exit());
        Assert.Equal("terminated", File.ReadAllText(cluster[0].ExitMarker));

        cluster[0].StartWrapper();
        await cluster.UntilReady();
        cluster[0].Wrapper!.Interrupt();
        Assert.Equal(128 + 2, await cluster[0].Wrapper!.Exit());
        Assert.Equal("interrupt", File.ReadAllText(cluster[0].ExitMarker));
    }

    [Fact]
    public async Task An_etcd_that_fails_gives_the_agent_its_exit_code()
    {
        await using var cluster = new Cluster(1);
        cluster[0].StartSidecar();
        cluster[0].StartWrapper("--etcd-program=false");

        Assert.Equal(1, await cluster[0].Wrapper!.Exit());
        Assert.False(File.Exists(cluster[0].ExitMarker));
    }

    [Fact]
    public async Task A_missing_etcd_is_named()
    {
        await using var cluster = new Cluster(1);
        cluster[0].StartSidecar();
        cluster[0].StartWrapper("--etcd-program=no-such-etcd");

        Assert.Equal(127, await cluster[0].Wrapper!.Exit());
        Assert.Contains("no-such-etcd cannot be run: No such file or directory", cluster[0].Wrapper!.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_while_waiting_for_the_sidecar_is_obeyed_at_once()
    {
        await using var cluster = new Cluster(1);
        cluster[0].StartWrapper();
        await Eventually.Is("it waits", () => cluster[0].Wrapper!.Log.Contains("The sidecar does not answer", StringComparison.Ordinal));
        cluster[0].Wrapper!.Terminate();

        Assert.Equal(128 + 15, await cluster[0].Wrapper!.Exit());
    }

    [Fact]
    public async Task Three_members_form_a_cluster_and_one_that_is_killed_comes_back()
    {
        await using var cluster = new Cluster(3);
        await cluster.Start();
        Assert.Equal(["e-0", "e-1", "e-2"], (await cluster.Members()).Select(m => m.Name).Order());

        cluster[2].Kill();
        await cluster.Put("while", "down");
        cluster[2].Start();
        await cluster.UntilReady();

        Assert.Equal("down", await cluster.Get("while"));
        await cluster.UntilVoters(3);
    }

    [Fact]
    public async Task A_member_without_quorum_is_not_ready_but_its_sidecar_is_healthy()
    {
        await using var cluster = new Cluster(3);
        await cluster.Start();
        cluster[1].Kill();
        cluster[2].Kill();

        await Eventually.Is("not ready", async () => !await cluster[0].IsReady());
        Assert.Equal("""{"health":true}""", (await cluster[0].Ask("/healthz")).Body);
    }

    [Fact]
    public async Task Everything_works_over_tls()
    {
        using var security = new Security();
        await using var cluster = new Cluster(3, security) { PeerTls = true };
        await cluster.Start();
        await cluster.Put("secret", "kept");

        Assert.Equal("kept", await cluster.Get("secret"));
        await Eventually.Is("the sidecar sees etcd", async () => (await cluster[0].Ask("/healthz")).Body == """{"health":true}""", () => cluster[0].Log);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_member_far_behind_catches_up_although_its_peer_urls_have_changed_meanwhile(bool encrypted)
    {
        using var security = new Security();
        await using var cluster = new Cluster(3, security) { PeersHoldCertificates = true, PeerTls = !encrypted, SnapshotCount = 100 };
        await cluster.Start();
        var behind = cluster[2];
        behind.Kill();
        await PutMore(cluster, than: 5_000);

        cluster.PeerTls = encrypted;
        behind.Start();

        await behind.UntilReady();
        Assert.Equal(encrypted ? "https" : "http", new Uri((await cluster.Members()).Single(m => m.Name == behind.Name).PeerURLs.Single()).Scheme);
    }

    static async Task PutMore(Cluster cluster, int than)
    {
        using var client = cluster.Client(cluster[0].ClientUrl, cluster[1].ClientUrl);
        await cluster.Put("a leader", "was elected");
        foreach (var batch in Enumerable.Range(0, than + 1_000).Chunk(200))
            await Task.WhenAll(batch.Select(i => client.Put(new() { Key = ByteString.CopyFromUtf8($"more-{i}"), Value = ByteString.CopyFromUtf8("x") }, default)));
    }
}
