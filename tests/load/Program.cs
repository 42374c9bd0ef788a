using System.CommandLine;
using Druid.LoadTests.Measuring;
using Druid.LoadTests.Reporting;
using Druid.LoadTests.Scenarios;

namespace Druid.LoadTests;

/// <summary>The whole course at several sizes, with its report: <c>hack/bench operator</c>.</summary>
static class Program
{
    // A day's renewals of more clusters would take hours: 26 million for a thousand.
    const int ClustersOfTheDay = 10;

    static async Task<int> Main(string[] arguments)
    {
        var clusters = new Option<int[]>("--clusters") { Description = "Numbers of clusters, one course each; none for the simulated hours alone.", Arity = ArgumentArity.ZeroOrMore, AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [100, 300, 1000] };
        var executable = new Option<FileInfo>("--operator") { Description = "The published operator.", Required = true };
        var qps = new Option<int>("--qps") { Description = "The operator's limit of requests a second, 0 for none: as fast as the API server takes them.", DefaultValueFactory = _ => 0 };
        var report = new Option<DirectoryInfo>("--report") { Description = "Where the report goes.", Required = true };
        var last = new Option<FileInfo>("--last") { Description = "The result to compare with, as an earlier run wrote it.", Required = true };
        var page = new Option<FileInfo?>("--page") { Description = "A page to write the summary into, between its marks; the result to compare with is replaced then too." };
        var rest = new Option<int>("--rest") { Description = "Seconds at rest.", DefaultValueFactory = _ => 60 };
        var hours = new Option<int>("--hours") { Description = $"Simulated hours, with {ClustersOfTheDay} clusters; 0 for none.", DefaultValueFactory = _ => 24 };
        var with = new Option<FileInfo[]>("--with") { Description = "Results of other runs, as their load.csv, to report and publish with this one.", AllowMultipleArgumentsPerToken = true };
        var only = new Option<string[]>("--only") { Description = "Scenarios by name, besides create; all of them by default.", AllowMultipleArgumentsPerToken = true };
        var command = new RootCommand("Drives the operator with many clusters on a real control plane and reports what it took.") { clusters, executable, qps, report, last, page, rest, hours, with, only };
        command.SetAction(async (parsed, cancel) =>
        {
            var outcomes = new List<Outcome>();
            var timelines = new Dictionary<int, IReadOnlyList<Moment>>();
            foreach (var other in parsed.GetValue(with) ?? []) outcomes.AddRange(await Results.Read(other.FullName, cancel));
            var results = new Report(parsed.GetRequiredValue(report).FullName, await Results.Read(parsed.GetRequiredValue(last).FullName, cancel));
            if (parsed.GetValue(hours) is > 0 and var length)
            {
                await Run(ClustersOfTheDay, course => [("create", course.Create), ("hours", stop => course.Hours(length, TimeSpan.FromHours(1), stop))]);
                outcomes.RemoveAll(o => o.Clusters == ClustersOfTheDay && o.Scenario != "hours");
            }
            // An option that is named without a value has its default one all the same.
            var none = parsed.GetResult(clusters) is { Implicit: false, Tokens.Count: 0 };
            foreach (var n in none ? [] : parsed.GetRequiredValue(clusters))
            {
                var chosen = parsed.GetValue(only) is { Length: > 0 } names ? names : null;
                await Run(n, course =>
                [
                    ("create", course.Create),
                    .. new (string Name, Func<CancellationToken, Task<Outcome>> Run)[]
                    {
                        ("rest", stop => course.Rest(TimeSpan.FromSeconds(parsed.GetValue(rest)), stop)),
                        ("silence", stop => course.Silence(TimeSpan.FromSeconds(30), stop)),
                        ("changes", stop => course.Changes(40, stop)),
                        ("storm", stop => course.Storm(200, stop)),
                        ("restart", course.Restart),
                        ("noise", stop => course.NoisyNeighbours(5, 10, stop)),
                        ("delete", course.Delete),
                    }.Where(s => chosen?.Contains(s.Name) != false),
                ]);
            }
            await Console.Out.WriteLineAsync(results.Summary(outcomes));
            if (parsed.GetValue(page) is { } target) await results.Publish(target.FullName, parsed.GetRequiredValue(last).FullName, outcomes, timelines, cancel);

            async Task Run(int n, Func<Course, IReadOnlyList<(string Name, Func<CancellationToken, Task<Outcome>> Run)>> scenarios)
            {
                await Console.Error.WriteLineAsync($"== {n} clusters");
                await using var course = await Course.Start(new()
                {
                    Clusters = n,
                    Executable = parsed.GetRequiredValue(executable).FullName,
                    Directory = parsed.GetRequiredValue(report).FullName,
                    Qps = parsed.GetValue(qps),
                    Progress = Console.Error,
                }, cancel);
                foreach (var (_, scenario) in scenarios(course))
                {
                    outcomes.Add(await scenario(cancel));
                    timelines[n] = course.Moments;
                    // After each, so that an interrupted run leaves what it has.
                    await results.Write(outcomes, timelines, cancel);
                }
                await Console.Error.WriteLineAsync(course.VerifySteps().ToString());
            }
        });
        return await command.Parse(arguments).InvokeAsync();
    }
}
