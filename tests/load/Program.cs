using System.CommandLine;
using Druid.LoadTests.Measuring;
using Druid.LoadTests.Reporting;
using Druid.LoadTests.Scenarios;

namespace Druid.LoadTests;

/// <summary>The whole course at several sizes, with its report: <c>hack/bench operator</c>.</summary>
static class Program
{
    static async Task<int> Main(string[] arguments)
    {
        var clusters = new Option<int[]>("--clusters") { Description = "Numbers of clusters, one course each.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [100, 300, 1000] };
        var executable = new Option<FileInfo>("--operator") { Description = "The published operator.", Required = true };
        var qps = new Option<int?>("--qps") { Description = "The operator's limit of requests a second; 0 for none. Default: that of its configuration." };
        var report = new Option<DirectoryInfo>("--report") { Description = "Where the report goes.", Required = true };
        var rest = new Option<int>("--rest") { Description = "Seconds at rest.", DefaultValueFactory = _ => 60 };
        var command = new RootCommand("Drives the operator with many clusters on a real control plane and reports what it took.") { clusters, executable, qps, report, rest };
        command.SetAction(async (parsed, cancel) =>
        {
            var outcomes = new List<Outcome>();
            var timelines = new Dictionary<int, IReadOnlyList<Moment>>();
            foreach (var n in parsed.GetRequiredValue(clusters))
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
                outcomes.Add(await course.Create(cancel));
                outcomes.Add(await course.Rest(TimeSpan.FromSeconds(parsed.GetValue(rest)), cancel));
                outcomes.Add(await course.Storm(200, cancel));
                outcomes.Add(await course.Restart(cancel));
                outcomes.Add(await course.NoisyNeighbours(5, 10, cancel));
                outcomes.Add(await course.Delete(cancel));
                await Console.Error.WriteLineAsync(course.VerifySteps().ToString());
                timelines[n] = course.Moments;
                // After each course, so that an interrupted run leaves what it has.
                await Report.Write(parsed.GetRequiredValue(report).FullName, outcomes, timelines, cancel);
            }
            await Console.Out.WriteLineAsync(Report.Markdown(outcomes));
        });
        return await command.Parse(arguments).InvokeAsync();
    }
}
