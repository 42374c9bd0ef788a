using System.Text;
using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;

namespace Druid.StateMachine.Diagrams;

/// <summary>The machines by name, for whoever draws and explains them, whatever they decide on.</summary>
public static class MachineCatalog
{
    /// <summary>All machines, the main one first.</summary>
    public static IReadOnlyList<CatalogEntry> All { get; } =
    [
        Entry(EtcdLifecycle.Machine), Entry(ScaleOut.Machine), Entry(ScaleIn.Machine), Entry(MemberRollout.Machine),
        Entry(PeerTlsChange.Machine), Entry(Hibernation.Machine), Entry(QuorumRecovery.Machine), Entry(VolumeResize.Machine), Entry(EtcdUpgrade.Machine),
        Entry(SnapshotCompaction.Machine), Entry(BackupCopy.Machine), Entry(OpsTask.Machine),
    ];

    /// <summary>Paths of all states of all machines, each once.</summary>
    public static IEnumerable<string> States => All.SelectMany(m => m.States).Select(s => s.Path).Distinct();

    /// <summary>The machine of this name; null when there is none.</summary>
    public static CatalogEntry? Find(string name) => All.FirstOrDefault(m => m.Name == name);

    /// <summary>What the states of this name mean, wait for and do, what a user can do, and what leaves them; null when there is no such state.</summary>
    /// <param name="name">A path, or its end, in any case: <c>ScalingIn/Leaving</c>, <c>leaving</c>.</param>
    public static string? Explain(string name)
    {
        var text = new StringBuilder();
        foreach (var state in All.SelectMany(m => m.States).Where(s =>
            s.Path.Equals(name, StringComparison.OrdinalIgnoreCase) || s.Path.EndsWith("/" + name, StringComparison.OrdinalIgnoreCase)))
        {
            text.Append($"{state.Path}  (machine {state.Machine}, region {state.Region})\n  {state.Meaning}\n");
            if (state.Awaits.Count > 0)
            {
                text.Append($"  It can wait for: {string.Join("; ", state.Awaits)}.\n");
            }
            if (state.UserCan is { } can)
            {
                text.Append($"  What you can do: {can}\n");
            }
            if (state.Rules.Count == 0)
            {
                text.Append("  Nothing leaves it by itself; what holds for the whole machine (a deletion, a suspension) still does.\n");
            }
            foreach (var (order, rule) in state.Rules.Index())
            {
                var does = rule.Actions.Count == 0 ? "" : $" do: {string.Join(", ", rule.Actions)};";
                text.Append($"  {order + 1}. when {rule.Trigger}:{does} {(rule.Target is null ? "stay" : $"go to {rule.Target}")}\n");
            }
            text.Append('\n');
        }
        return text.Length == 0 ? null : text.ToString();
    }

    /// <summary>How a machine is shown; for machines too that are defined elsewhere.</summary>
    public static CatalogEntry Entry<TView>(Machine<TView> machine) => new(
        machine.Name, machine.Meaning,
        options => Diagrams.Mermaid.Draw(machine, options),
        options => Diagrams.Dot.Draw(machine, options),
        [.. machine.Regions.SelectMany(r => r.All.Select(s => Describe(machine, r, s)))]);

    static StateEntry Describe<TView>(Machine<TView> machine, Region<TView> region, State<TView> state) => new(
        machine.Name, region.Name, state.Path, state.Meaning,
        [.. state.Rules.SelectMany(r => r.Effects).Select(e => e.Awaits).OfType<string>().Distinct()], state.UserCan,
        [.. state.Rules.Select(rule => new RuleEntry(rule.Trigger, [.. rule.Effects.Select(e => e.Name)], rule.Target?.Path))]);
}

/// <summary>A machine as it is shown.</summary>
/// <param name="Name">Its name, as in scale-in.</param>
/// <param name="Meaning">What it is for.</param>
/// <param name="Mermaid">Draws it.</param>
/// <param name="Dot">Draws it.</param>
/// <param name="States">Its states.</param>
public sealed record CatalogEntry(string Name, string Meaning, Func<DiagramOptions, string> Mermaid, Func<DiagramOptions, string> Dot, IReadOnlyList<StateEntry> States);

/// <summary>A state as it is shown.</summary>
/// <param name="Machine">Name of its machine.</param>
/// <param name="Region">Name of its region.</param>
/// <param name="Path">Its name, after those of the states around it.</param>
/// <param name="Meaning">What it means.</param>
/// <param name="Awaits">What it can wait for.</param>
/// <param name="UserCan">What its owner can do; null where there is nothing to be done.</param>
/// <param name="Rules">What leaves it, and what is done in it, in order.</param>
public sealed record StateEntry(
    string Machine, string Region, string Path, string Meaning, IReadOnlyList<string> Awaits, string? UserCan, IReadOnlyList<RuleEntry> Rules);

/// <summary>A rule as it is shown.</summary>
/// <param name="Trigger">When it applies.</param>
/// <param name="Actions">What is done.</param>
/// <param name="Target">Where it leads; null where it stays.</param>
public sealed record RuleEntry(string Trigger, IReadOnlyList<string> Actions, string? Target);
