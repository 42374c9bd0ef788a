using Druid.Kubernetes.Resources;
using Druid.LoadTests.Measuring;
using Druid.LoadTests.Reporting;
using Druid.LoadTests.Scenarios;
using Xunit.Abstractions;

namespace Druid.LoadTests;

/// <summary>
/// What holds at any size, on a size that takes two minutes: counts, never times. The whole course with its figures is
/// <c>hack/bench operator</c>.
/// </summary>
public sealed class LoadTests(ITestOutputHelper output)
{
    const int Clusters = 30;

    // Per cluster of three without backups: finalizer, 11 objects, and what is told of them.
    const double WritesACreation = 16, EventsACreation = 12;

    [Fact]
    public async Task Many_clusters_are_created_kept_changed_taken_over_and_deleted_with_few_requests()
    {
        var cancel = CancellationToken.None;
        var directory = Path.Combine(Published.Root, "artifacts", "load");
        await using var course = await Course.Start(new()
        {
            Clusters = Clusters,
            Executable = Published.Operator,
            Directory = directory,
            Qps = 0,
            Patience = TimeSpan.FromMinutes(2),
        }, cancel);
        var outcomes = new List<Outcome>();
        var report = new Report(directory, []);

        var created = await Add(course.Create(cancel));
        Assert.InRange(created["writes a cluster, events apart"], 12, WritesACreation);
        Assert.InRange(created["events a cluster"], 1, EventsACreation);

        var rest = await Add(course.Rest(TimeSpan.FromSeconds(15), cancel));
        Assert.True(rest["lease renewals"] > Clusters * 3, $"Only {rest["lease renewals"]} leases were renewed.");
        // Watches that the server ends are opened again; nothing else is asked at rest.
        Assert.Equal(0, rest["of them no watch"]);
        Assert.Equal(0, rest["reconciles"]);

        var changes = await Add(course.Changes(Clusters / 3, cancel));
        Assert.True(changes["queue wait p99, at most"] <= 1, "Changes one after the other wait for each other.");
        await Add(course.Storm(Clusters / 2, cancel));

        var restarted = await Add(course.Restart(cancel));
        Assert.Equal(0, restarted["writes a cluster, events apart"]);

        await Add(course.Hours(2, TimeSpan.FromMinutes(5), cancel));
        var noise = await Add(course.NoisyNeighbours(2, 3, cancel));
        Assert.True(noise["failed reconciles"] > 0, "The noisy clusters did not fail.");
        await Add(course.Delete(cancel));
        Assert.Equal(0, await course.Left<StatefulSet>(cancel));
        Assert.Equal(0, await course.Left<Lease>(cancel));
        Assert.Equal(0, await course.Left<Service>(cancel));
        Assert.Equal(0, await course.Left<ConfigMap>(cancel));
        output.WriteLine(course.VerifySteps().ToString());
        output.WriteLine(report.Summary(outcomes));

        async Task<Outcome> Add(Task<Outcome> scenario)
        {
            outcomes.Add(await scenario);
            await report.Write(outcomes, new Dictionary<int, IReadOnlyList<Moment>> { [Clusters] = course.Moments }, cancel);
            return outcomes[^1];
        }
    }
}
