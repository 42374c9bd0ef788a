using System.CommandLine;
using Druid.MemberBench.Reporting;
using Druid.MemberBench.Scenarios;

namespace Druid.MemberBench;

/// <summary>Measures the published member agent beside stock tools: <c>hack/bench member</c>.</summary>
static class Program
{
    static readonly (string Name, Func<Workbench, CancellationToken, Task> Run)[] Scenarios =
    [
        ("start", Starting.Measure),
        ("rest", Resting.Measure),
        ("full", FullSnapshots.Measure),
        ("deltas", Deltas.Measure),
        ("restore", Restores.Measure),
        ("large", LargeSnapshot.Measure),
    ];

    static async Task<int> Main(string[] arguments)
    {
        var agent = new Option<FileInfo>("--agent") { Description = "The published agent.", Required = true };
        var report = new Option<DirectoryInfo>("--report") { Description = "Where the report goes.", Required = true };
        var last = new Option<FileInfo>("--last") { Description = "The result to compare with, as an earlier run wrote it.", Required = true };
        var page = new Option<FileInfo?>("--page") { Description = "A page to write the table into, between its marks; the result to compare with is replaced then too." };
        var only = new Option<string[]>("--only") { Description = $"Scenarios of {string.Join(", ", Scenarios.Select(s => s.Name))}; all of them by default.", AllowMultipleArgumentsPerToken = true };
        var command = new RootCommand("Measures the member agent beside stock tools and reports what it took.") { agent, report, last, page, only };
        command.SetAction(async (parsed, cancel) =>
        {
            var chosen = parsed.GetValue(only) is { Length: > 0 } names ? Scenarios.Where(s => names.Contains(s.Name)).ToArray() : Scenarios;
            var figures = new List<Figure>();
            var results = new Report(parsed.GetRequiredValue(report).FullName, await Table.Read(parsed.GetRequiredValue(last).FullName, cancel));
            foreach (var (name, run) in chosen)
            {
                await Console.Error.WriteLineAsync($"== {name}");
                await using var bench = new Workbench(parsed.GetRequiredValue(agent).FullName, figures);
                await run(bench, cancel);
                // After each, so that an interrupted run leaves what it has.
                await results.Write(figures, cancel);
            }
            await Console.Out.WriteLineAsync(results.Markdown(figures));
            if (parsed.GetValue(page) is { } target) await results.Publish(target.FullName, parsed.GetRequiredValue(last).FullName, figures, cancel);
            return 0;
        });
        return await command.Parse(arguments).InvokeAsync();
    }
}
