using System.Globalization;
using Druid.Model;
using Druid.Prove;
using Druid.StateMachine.Checking;
using Druid.StateMachine.Diagrams;

// druid-prove [--quick] [--only PART-OF-A-NAME] [--report FILE] [--update FILE]: explores every scenario and every mutant; see hack/prove.
// druid-prove --draw mermaid|dot: prints the machine of the member agent; --joining FILE explores it alone and updates its tables.
string[] options = ["--quick", "--only", "--report", "--update", "--draw", "--joining"];
if (args.Where((arg, i) => i == 0 || args[i - 1] is "--quick" || !options.Contains(args[i - 1])).FirstOrDefault(arg => !options.Contains(arg)) is { } unknown)
{
    Console.Error.WriteLine($"druid-prove: unknown option '{unknown}'. There are: {string.Join(", ", options)}.");
    return 2;
}
if (Value("--draw") is { } format)
{
    var initialization = MachineCatalog.Entry(Druid.Member.Membership.Joining.Machine);
    var drawn = new DiagramOptions { Faults = true };
    Console.Write(format == "dot" ? initialization.Dot(drawn) : initialization.Mermaid(drawn));
    return 0;
}
if (Value("--joining") is { } proof)
{
    var alone = new JoinReport();
    Console.WriteLine(alone.Tables);
    alone.Update(proof);
    return alone.IsClean ? 0 : 1;
}
var quick = args.Contains("--quick");
var report = new Report();
var only = Value("--only");
var scenarios = (quick ? Bounds.Quick : [.. Bounds.Quick, .. Bounds.Wide]).Where(s => only is null || s.Name.Contains(only, StringComparison.OrdinalIgnoreCase));
foreach (var scenario in scenarios)
{
    Console.Error.Write($"  {scenario.Name,-42}");
    var exploration = scenario.Explore(new ExplorerOptions
    {
        Progress = (states, depth) => Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r  {scenario.Name,-42} {states,11:N0} states, depth {depth}")),
    });
    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\r  {scenario.Name,-42} {exploration.States,11:N0} states {exploration.Elapsed.TotalSeconds,6:F1} s  {(exploration.Violation is { } v ? $"BREAKS {v.Property}" : exploration.Complete ? "" : "to the bound of states")}"));
    report.Add(scenario, exploration);
    GC.Collect();
}
foreach (var mutant in Mutants.All.Where(m => only is null || m.Name.Contains(only, StringComparison.OrdinalIgnoreCase)))
{
    report.Add(mutant, mutant.Explore());
}
Console.Error.WriteLine($"  {report.Mutations} mutants, {report.Survivors} survive");
var joining = new JoinReport();
Console.WriteLine(report.Figures);
Console.WriteLine(joining.Tables);
if (Value("--report") is { } file)
{
    Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
    File.WriteAllText(file, report.ToString());
    File.AppendAllText(file, joining.ToString());
}
if (Value("--update") is { } page)
{
    ProofPage.Update(page, report, quick);
    joining.Update(page);
}
Console.Error.WriteLine(report.Summary);
return report.IsClean && joining.IsClean ? 0 : 1;

string? Value(string option) => Array.IndexOf(args, option) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
