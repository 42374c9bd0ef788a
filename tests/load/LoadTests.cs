using Druid.Kubernetes.Resources;
using Druid.LoadTests.Scenarios;
using Xunit.Abstractions;

namespace Druid.LoadTests;

/// <summary>
/// What holds at any size, on a size that takes a few minutes: counts, never times. The whole course with its figures is
/// <c>hack/bench operator</c>.
/// </summary>
public sealed class LoadTests(ITestOutputHelper output)
{
    const int Clusters = 40;

    // Per cluster of three without backups: finalizer, 11 objects, and what is told of them.
    const double RequestsACreation = 30;

    [Fact]
    public async Task Many_clusters_are_created_kept_changed_taken_over_and_deleted_with_few_requests()
    {
        var cancel = CancellationToken.None;
        await using var course = await Course.Start(new()
        {
            Clusters = Clusters,
            Executable = Published.Operator,
            Directory = Path.Combine(Published.Root, "artifacts", "load"),
            Qps = 0,
            Patience = TimeSpan.FromMinutes(5),
        }, cancel);
        var outcomes = new List<Outcome>();

        var created = await Add(course.Create(cancel));
        Assert.True(created["requests"] / Clusters <= RequestsACreation, $"{created["requests"] / Clusters:0.0} requests a cluster.");

        var rest = await Add(course.Rest(TimeSpan.FromSeconds(30), cancel));
        Assert.True(rest["lease renewals"] > 2 * Clusters * 3, $"Only {rest["lease renewals"]} leases were renewed.");
        // Watches that the server ends are opened again; nothing else is asked at rest.
        Assert.Equal(rest["requests"], rest.Figures.FirstOrDefault(f => f.Name == "requests: watch")?.Value ?? 0);

        await Add(course.Storm(Clusters / 4, cancel));

        var restarted = await Add(course.Restart(cancel));
        Assert.DoesNotContain(restarted.Figures, f => f.Name is "requests: patch" or "requests: apply" or "requests: create" or "requests: delete" && f.Value > 0);

        await Add(course.NoisyNeighbours(3, 3, cancel));
        await Add(course.Delete(cancel));
        Assert.Equal(0, await course.Left<StatefulSet>(cancel));
        Assert.Equal(0, await course.Left<Lease>(cancel));
        Assert.Equal(0, await course.Left<Service>(cancel));
        Assert.Equal(0, await course.Left<ConfigMap>(cancel));
        output.WriteLine(course.VerifySteps().ToString());

        await Reporting.Report.Write(Path.Combine(Published.Root, "artifacts", "load"), outcomes, new Dictionary<int, IReadOnlyList<Measuring.Moment>> { [Clusters] = course.Moments }, cancel);
        output.WriteLine(Reporting.Report.Markdown(outcomes));

        async Task<Outcome> Add(Task<Outcome> scenario)
        {
            outcomes.Add(await scenario);
            return outcomes[^1];
        }
    }
}
