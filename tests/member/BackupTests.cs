using System.Net;
using System.Text.Json.Nodes;
using Druid.MemberTests.Harness;

namespace Druid.MemberTests;

public class BackupTests
{
    [Fact]
    public async Task A_single_member_whose_database_breaks_is_restored_and_loses_nothing_that_was_backed_up()
    {
        await using var cluster = new Cluster(1, leases: await Leases.Start("e-0", "e-full-snap", "e-delta-snap"));
        cluster.UseLocalStore();
        await cluster.Start();
        await cluster.Put("first", "1");
        await Full(cluster[0]);
        await cluster.Put("second", "2");
        var delta = await Delta(cluster[0]);
        var (before, revision) = await Content(cluster);

        cluster[0].Wrapper!.Kill();
        await Eventually.Is("etcd is gone", () => !InUse(cluster[0]));
        var database = Path.Combine(cluster[0].DataDirectory, "member", "snap", "db");
        using (var file = File.OpenWrite(database)) file.Write(new byte[16 << 10]);
        cluster[0].StartWrapper();
        await cluster.UntilReady();

        Assert.Equal((before, revision), await Content(cluster));
        Assert.Equal(revision, (long)delta["lastRevision"]!);
        Assert.Equal(revision.ToString(null, null), cluster.Leases!.Holder("e-delta-snap"));
        Assert.True(Directory.Exists(cluster[0].DataDirectory + ".aside"), "the broken data is kept for whoever wants to look into it");
    }

    static async Task<JsonNode> Full(Pod pod) => await Taken(pod, "/snapshot/full");

    static async Task<JsonNode> Delta(Pod pod) => await Taken(pod, "/snapshot/delta");

    /// <summary>Asks for a snapshot until one is taken: right after its start the agent may not know yet that its member leads.</summary>
    static async Task<JsonNode> Taken(Pod pod, string path)
    {
        JsonNode? taken = null;
        await Eventually.Is($"{path} is taken", async () =>
        {
            var (status, body) = await pod.Ask(path);
            taken = status == HttpStatusCode.OK ? JsonNode.Parse(body) : null;
            if (status == HttpStatusCode.OK && taken is null)
            {
                // The period was faster: there is nothing new.
                var latest = JsonNode.Parse((await pod.Ask("/snapshot/latest")).Body)!;
                taken = latest["deltaSnapshots"]!.AsArray().LastOrDefault();
            }
            return taken is not null;
        }, () => pod.Log);
        return taken!;
    }

    static async Task<(string Keys, long Revision)> Content(Cluster cluster)
    {
        using var client = cluster.Client();
        return (string.Join('\n', await Keyspace.Of(client)), await Keyspace.Revision(client));
    }

    static bool InUse(Pod pod) => new Druid.Member.Data.DataDirectory(pod.DataDirectory).IsInUse();
}
