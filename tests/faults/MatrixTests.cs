using System.Collections.Concurrent;
using Druid.FaultTests.Trials;
using Druid.FaultTests.World;

namespace Druid.FaultTests;

/// <summary>
/// Whatever befalls one write of the operator, the scenario ends as it does without: the same objects, the same status, and every
/// step of every operator on the way is one that the model allows.
/// </summary>
[Collection(InTheLab.Name)]
public sealed class MatrixTests(Lab lab)
{
    // Of each scenario, in the cut: with the one of chance, as many as run at a time.
    const int Chosen = Lab.Parallel - 1;

    public static TheoryData<string> Names => [.. Scenarios.All.Select(s => s.Name)];

    [Theory, MemberData(nameof(Names))]
    public Task Faults_at_some_writes_and_at_random_change_nothing_of_the_end(string scenario) => Survives(scenario, points => Cut(points, scenario.Length), chance: 1);

    [Theory, MemberData(nameof(Names)), Trait("Matrix", "Full")]
    public Task Faults_at_any_write_and_at_random_change_nothing_of_the_end(string scenario) =>
        Survives(scenario, points => from point in points from mode in Enum.GetValues<Mode>() select (point, mode), chance: 10);

    // Points evenly over the scenario, one mode after the other, beginning with another one for each scenario.
    static IEnumerable<(Point, Mode)> Cut(IReadOnlyList<Point> points, int first)
    {
        var modes = Enum.GetValues<Mode>();
        return Enumerable.Range(0, Chosen).Select(i => (points[i * points.Count / Chosen], modes[(i + first) % modes.Length]));
    }

    async Task Survives(string name, Func<IReadOnlyList<Point>, IEnumerable<(Point Point, Mode Mode)>> choose, int chance)
    {
        var scenario = Scenarios.All.Single(s => s.Name == name);
        var points = (await lab.Clean(scenario)).Points;
        Assert.NotEmpty(points);
        // The cut is the same each time; the whole is not.
        var seed = int.TryParse(Environment.GetEnvironmentVariable("DRUID_SEED"), out var given) ? given : chance == 1 ? name.Length : Environment.TickCount;
        var trials = choose(points).Select<(Point Point, Mode Mode), Func<Task<TrialResult>>>(t => () => Trial.At(lab, scenario, t.Point, t.Mode))
            .Concat(Enumerable.Range(seed, chance).Select<int, Func<Task<TrialResult>>>(s => () => Trial.Random(lab, scenario, s)));
        var problems = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(trials, new ParallelOptions { MaxDegreeOfParallelism = Lab.Parallel }, async (trial, _) =>
        {
            var result = await trial();
            lab.Report.Add(result);
            if (result.Problem is { } problem) problems.Enqueue($"{result.Scenario}, {result.Where}, {result.Mode}: {problem}");
        });
        Assert.True(problems.IsEmpty, string.Join("\n\n", problems));
    }
}
