using System.Globalization;
using System.Text;
using Druid.Model;
using Druid.StateMachine.Checking;

namespace Druid.Prove;

/// <summary>What was explored and found, as tables in Markdown.</summary>
sealed class Report
{
    readonly List<(ISetting Scenario, Exploration Found)> explored = [];
    readonly List<(Mutant Mutant, Exploration Found)> broken = [];

    /// <summary>Distinct states over all scenarios.</summary>
    public long States => explored.Sum(e => e.Found.States);

    /// <summary>Mutants that were tried.</summary>
    public int Mutations => broken.Count;

    /// <summary>Mutants that were not found out as they should be.</summary>
    public int Survivors => broken.Count(b => b.Mutant.Survives(b.Found) is not null);

    /// <summary>Every promise holds and every mutant was found out.</summary>
    public bool IsClean => Survivors == 0 && explored.All(e => e.Found.Violation is null);

    /// <summary>All of it in one line.</summary>
    public string Summary
    {
        get
        {
            var seconds = explored.Sum(e => e.Found.Elapsed.TotalSeconds);
            return Text($"{States:N0} distinct states, {explored.Sum(e => e.Found.Transitions):N0} transitions in {seconds:F0} s: {States / seconds:N0} states a second on {Environment.ProcessorCount} cores, {PeakMegabytes():N0} MB at most; {broken.Count} mutants, {Survivors} survive; {(IsClean ? "every promise holds" : "PROMISES ARE BROKEN")}");
        }
    }

    /// <summary>The table of what was explored; nothing in it depends on the machine it ran on.</summary>
    public string Figures => Table("| scenario | bounds | states | transitions | depth | liveness |\n|---|---|--:|--:|--:|---|",
        explored.Select(e => Text($"| {e.Scenario.Name} | {e.Scenario.Bounds} | {e.Found.States:N0} | {e.Found.Transitions:N0} | {e.Found.Depth} | {(e.Found.Complete ? "checked" : e.Found.Violation is null ? "bounded" : "BROKEN")} |")));

    /// <summary>The table of speeds.</summary>
    public string Speeds => Table("| scenario | seconds | states a second |\n|---|--:|--:|",
        explored.Select(e => Text($"| {e.Scenario.Name} | {e.Found.Elapsed.TotalSeconds:F1} | {e.Found.States / e.Found.Elapsed.TotalSeconds:N0} |")));

    /// <summary>The table of mutants.</summary>
    public string Mutants => Table("| broken on purpose: | breaks | steps of the counterexample |\n|---|---|--:|",
        broken.Select(b => $"| {b.Mutant.Name} | {b.Mutant.Breaks} | {(b.Mutant.Survives(b.Found) is null ? $"{b.Found.Violation!.Steps}" : "SURVIVES")} |"));

    public void Add(ISetting scenario, Exploration found) => explored.Add((scenario, found));

    public void Add(Mutant mutant, Exploration found) => broken.Add((mutant, found));

    /// <inheritdoc />
    public override string ToString()
    {
        var text = new StringBuilder($"{Summary}\n\n{Figures}\n{Speeds}\n{Mutants}\n");
        foreach (var (_, found) in explored.Where(e => e.Found.Violation is not null))
        {
            text.Append($"## {found.Model}\n\n```\n{found.Violation}\n```\n\n");
        }
        foreach (var (mutant, found) in broken)
        {
            text.Append($"## {mutant.Name}\n\n```\n{found.Violation?.ToString() ?? mutant.Survives(found)}\n```\n\n");
        }
        return text.ToString();
    }

    static string Table(string head, IEnumerable<string> rows) => $"{head}\n{string.Join('\n', rows)}\n";

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    static long PeakMegabytes() => System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64 >> 20;
}
