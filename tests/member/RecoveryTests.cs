using System.Net;
using System.Text.Json.Nodes;
using Druid.Http;
using Druid.Member.Etcd;
using Druid.Member.Sidecar;
using Druid.Member.Snapshots;
using Druid.MemberTests.Harness;
using Google.Protobuf;

namespace Druid.MemberTests;

/// <summary>Clusters of several members lose volumes, quorums and places, and come back.</summary>
public class RecoveryTests
{
    const string Order = "druid.gardener.cloud/member-task", DataLost = "druid.gardener.cloud/data-lost", Votes = "druid.gardener.cloud/votes";

    [Fact]
    public async Task One_of_three_that_lost_its_volume_joins_anew_and_backups_go_on_without_a_gap()
    {
        await using var cluster = await Three();
        await cluster.Put("before", "1");
        var lost = cluster[0];
        var old = (await cluster.Members()).Single(m => m.Name == lost.Name).ID;

        lost.Kill();
        lost.LoseVolume();
        await Eventually.Is("others go on", () => TryPut(cluster, lost, "while", "2"), () => Log(cluster));
        lost.Start();
        await cluster.UntilReady();
        await cluster.UntilVoters(3);
        await cluster.Put("after", "3");

        Assert.NotEqual(old, (await cluster.Members()).Single(m => m.Name == lost.Name).ID);
        Assert.DoesNotContain(await cluster.Members(), m => m.ID == old);
        using var client = lost.Client();
        Assert.Equal(["1", "2", "3"], await Values(cluster, "before", "while", "after"));
        var revision = await Keyspace.Revision(client);
        await Eventually.Is("all is backed up", async () => (await Store(cluster)).Chain()?.LastRevision == revision, () => Log(cluster));
        Assert.Null((await Store(cluster)).Chain()!.Gap);
    }

    [Fact]
    public async Task Who_lost_its_data_votes_again_only_once_its_lease_does_not_say_so_any_more()
    {
        await using var cluster = await Three();
        cluster[1].Kill();
        cluster[1].LoseVolume();
        cluster.Leases!.Unreported = "e-1";
        cluster[1].Start();

        // A voter that goes away while its lease calls its data lost would count towards a lost majority.
        await Eventually.Is("it runs, and has failed to say so", () => cluster.Leases.FailedReports > 6, () => Log(cluster));
        Assert.Equal("true", cluster.Leases.Annotation("e-1", DataLost));
        Assert.True((await cluster.Members()).Single(m => m.PeerURLs.Contains(cluster[1].PeerUrl.ToString().TrimEnd('/'))).IsLearner);

        cluster.Leases.Unreported = null;
        await cluster.UntilVoters(3);
        Assert.Null(cluster.Leases.Annotation("e-1", DataLost));
        Assert.Equal("true", cluster.Leases.Annotation("e-1", Votes));
    }

    [Fact]
    public async Task Who_lost_its_data_keeps_its_place_until_its_lease_says_so()
    {
        await using var cluster = await Three();
        var old = (await cluster.Members()).Single(m => m.Name == "e-1").ID;
        await Eventually.Is("its lease names it", () => cluster.Leases!.Holder("e-1")?.StartsWith($"{old:x}:", StringComparison.Ordinal) == true, () => Log(cluster));
        cluster[1].Kill();
        cluster[1].LoseVolume();
        cluster.Leases!.Silenced = "e-1";
        cluster[1].Start();

        // Whoever counts the members by the last list would take the one that joins anew for the voter that is gone.
        await Eventually.Is("it has failed to say so", () => cluster.Leases.FailedReports > 1, () => Log(cluster));
        Assert.Contains(await cluster.Members(), m => m.ID == old);
        Assert.Null(cluster.Leases.Annotation("e-1", DataLost));

        cluster.Leases.Silenced = null;
        await Eventually.Is("its old identity is gone", async () => (await cluster.Members()).All(m => m.ID != old), () => Log(cluster));
        await cluster.UntilVoters(3);
    }

    [Fact]
    public async Task Members_that_are_added_join_one_after_the_other_and_become_voters()
    {
        await using var cluster = await Three();
        await cluster.Put("a", "1");
        cluster.Leases!.Create("e-3");
        cluster.Leases!.Create("e-4");
        cluster.Grow(5);
        foreach (var pod in cluster.Pods) pod.Configure();

        cluster[3].Start();
        cluster[4].Start();
        await cluster.UntilReady();
        await cluster.UntilVoters(5);

        using var newest = cluster[4].Client();
        Assert.Equal("1", (await newest.Range(new() { Key = ByteString.CopyFromUtf8("a") }, default)).Kvs.Single().Value.ToStringUtf8());
    }

    [Fact]
    public async Task A_lost_majority_is_rebuilt_from_the_survivor_and_the_others_join_it_without_their_old_data()
    {
        await using var cluster = await Three();
        await cluster.Put("kept", "1");
        await Everywhere(cluster);
        foreach (var pod in cluster.Pods.Skip(1)) pod.Kill();
        cluster[1].LoseVolume();
        await Eventually.Is("there is no quorum", async () => !await cluster[0].IsReady(), () => Log(cluster));

        // As the operator orders it: one founds the cluster anew from its data, the others wait for it.
        cluster.Leases!.Annotate("e-0", Order, "rebuild");
        cluster.Leases!.Annotate("e-1", Order, "rejoin");
        cluster.Leases!.Annotate("e-2", Order, "rejoin");
        cluster[0].Kill();
        cluster[0].Start();
        await cluster[0].UntilReady();
        cluster.Leases!.Annotate("e-0", Order, null);
        foreach (var pod in cluster.Pods.Skip(1)) pod.Start();
        await cluster.UntilReady();
        await cluster.UntilVoters(3);

        Assert.Equal("1", await cluster.Get("kept"));
        Assert.True(Directory.Exists(cluster[2].DataDirectory + ".aside"), "its data of the old cluster is put aside");
    }

    [Fact]
    public async Task A_majority_lost_with_all_data_is_rebuilt_from_the_backup()
    {
        await using var cluster = await Three();
        await cluster.Put("kept", "1");
        using (var client = cluster.Client())
        {
            var revision = await Keyspace.Revision(client);
            await Eventually.Is("all is backed up", async () => (await Store(cluster)).Chain()?.LastRevision == revision, () => Log(cluster));
        }
        foreach (var pod in cluster.Pods)
        {
            pod.Kill();
            pod.LoseVolume();
        }

        cluster.Leases!.Annotate("e-0", Order, "rebuild");
        cluster.Leases!.Annotate("e-1", Order, "rejoin");
        cluster.Leases!.Annotate("e-2", Order, "rejoin");
        foreach (var pod in cluster.Pods) pod.Start();
        await cluster[0].UntilReady();
        cluster.Leases!.Annotate("e-0", Order, null);
        await cluster.UntilReady();
        await cluster.UntilVoters(3);

        Assert.Equal("1", await cluster.Get("kept"));
    }

    [Fact]
    public async Task A_snapshot_asked_for_at_a_follower_is_taken_by_the_leaders_agent()
    {
        await using var cluster = await Three();
        using var any = cluster.Client();
        var leader = (await any.Status(default)).Leader;
        var members = await cluster.Members();
        var follower = cluster.Pods.Single(p => p.Name == members.First(m => m.ID != leader).Name);
        // Pods have one port and addresses of their own; here it is the other way round, so the way to an agent is looked up.
        using var own = follower.Client();
        using var forwarding = new LeaderAgent(own, null, url => cluster.Pods.Single(p => p.ClientUrl.Port == url.Port).SidecarUrl, TimeSpan.FromMinutes(1));
        await using var server = await HttpServer.Start([new(0)], forwarding.Answer, default);
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{server.Port}") };

        await cluster.Put("a", "1");
        var full = default(JsonNode);
        await Eventually.Is("it is taken", async () =>
        {
            using var answer = await http.GetAsync("/snapshot/full?final=true");
            full = answer.StatusCode == HttpStatusCode.OK ? JsonNode.Parse(await answer.Content.ReadAsStringAsync()) : null;
            return full is not null;
        }, () => Log(cluster));

        Assert.EndsWith(".final", (string)full!["snapName"]!, StringComparison.Ordinal);
        Assert.Contains((await Store(cluster)).All, s => s.Name == (string)full["snapName"]!);
        Assert.Contains((string)full["snapName"]!, cluster.Pods.Single(p => p.Name == members.Single(m => m.ID == leader).Name).Sidecar!.Log, StringComparison.Ordinal);

        // A request goes on once: a leader that has just lost its place must not send it round.
        using var request = new HttpRequestMessage(HttpMethod.Get, "/snapshot/full");
        request.Headers.Add("X-Druid-Forwarded", "true");
        using var refused = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
    }

    [Fact]
    public async Task Backups_work_over_tls_everywhere_and_bring_a_lost_volume_back()
    {
        using var security = new Security();
        await using var cluster = new Cluster(1, security);
        cluster.UseLocalStore();
        await cluster.Start();
        await cluster.Put("a", "1");
        var (status, body) = (default(HttpStatusCode), "");
        await Eventually.Is("a full snapshot is taken", async () => ((status, body) = await cluster[0].Ask("/snapshot/full")).status == HttpStatusCode.OK, () => body + cluster[0].Log);
        await cluster.Put("b", "2");
        await Eventually.Is("a delta holds the rest", async () => (await Store(cluster)).Chain() is { Deltas.Count: > 0 }, () => cluster[0].Log);

        cluster[0].Kill();
        cluster[0].LoseVolume();
        cluster[0].Start();
        await cluster.UntilReady();

        Assert.Equal(["1", "2"], await Values(cluster, "a", "b"));
        using var plain = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync(new UriBuilder(cluster[0].SidecarUrl) { Scheme = "http", Path = "/snapshot/latest" }.Uri));
    }

    static async Task<Cluster> Three()
    {
        var cluster = new Cluster(3, leases: await Leases.Start("e-0", "e-1", "e-2", "e-full-snap", "e-delta-snap"));
        cluster.UseLocalStore();
        await cluster.Start();
        await cluster.UntilVoters(3);
        // Who has reported once is remembered.
        await Eventually.Is("all have reported", () => cluster.Pods.All(p => cluster.Leases!.Holder(p.Name) is not null), () => Log(cluster));
        return cluster;
    }

    static async Task<bool> TryPut(Cluster cluster, Pod except, string key, string value)
    {
        try
        {
            using var client = cluster.Client([.. cluster.Pods.Where(p => p != except).Select(p => p.ClientUrl)]);
            await client.Put(new() { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) }, default);
            return true;
        }
        catch (EtcdException)
        {
            return false;
        }
    }

    static async Task Everywhere(Cluster cluster)
    {
        using var client = cluster.Client();
        var revision = await Keyspace.Revision(client);
        foreach (var pod in cluster.Pods)
        {
            using var own = pod.Client();
            await Eventually.Is($"{pod.Name} has it", async () => (await own.Status(default)).Header.Revision >= revision, () => Log(cluster));
        }
    }

    static async Task<SnapshotList> Store(Cluster cluster)
    {
        await using var store = cluster.Store();
        return await SnapshotList.Read(store, default);
    }

    static string Log(Cluster cluster) => string.Join('\n', cluster.Pods.Select(p => p.Log));

    static async Task<List<string?>> Values(Cluster cluster, params string[] keys)
    {
        var values = new List<string?>();
        foreach (var key in keys) values.Add(await cluster.Get(key));
        return values;
    }
}
