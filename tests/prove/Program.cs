using Druid.Model;
using Druid.StateMachine.Checking;
if (args is ["mutants", ..])
{
    foreach (var m in Mutants.All)
    {
        var e = m.Explore();
        Console.WriteLine($"{m.Name,-60} {m.Breaks,-22} {e.States,8} {e.Elapsed.TotalSeconds,5:F1} {e.Violation?.Steps} {(m.Survives(e) is { } s ? "SURVIVES " + s[..Math.Min(s.Length, args.Length > 1 ? 100000 : 200)] : "")}");
    }
    return;
}
var max = args.Length > 1 ? long.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 1_000_000;
foreach (var s in Bounds.Quick.Concat(Bounds.Wide).Where(s => args.Length == 0 || s.Name.Contains(args[0], StringComparison.Ordinal)))
{
    var e = Explorer<World>.Explore(new EtcdModel(s), new ExplorerOptions { MaxStates = max });
    Console.WriteLine($"{s.Name,-35} {e.States,9} {e.Transitions,10} {e.Depth,4} {e.Elapsed.TotalSeconds,6:F1} {e.States / e.Elapsed.TotalSeconds,9:F0}/s {e.Complete} {GC.GetTotalMemory(false) / 1000000} MB {(e.Violation is { } v ? $"{v.Property} {v.Trace.Length} {v.Circle.Length}" : "")}");
    if (e.Violation != null && args.Length > 0) Console.WriteLine(e.Violation);
    GC.Collect();
}
