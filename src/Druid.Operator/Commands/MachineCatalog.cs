using Druid.StateMachine.Diagrams;
using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;

namespace Druid.Operator.Commands;

/// <summary>The machines by name, for commands that draw and explain them, whatever they decide on.</summary>
static class MachineCatalog
{
    public static IReadOnlyList<CatalogEntry> All { get; } =
    [
        Entry(EtcdLifecycle.Machine), Entry(ScaleOut.Machine), Entry(ScaleIn.Machine), Entry(MemberRollout.Machine),
        Entry(PeerTlsChange.Machine), Entry(Hibernation.Machine), Entry(QuorumRecovery.Machine), Entry(VolumeResize.Machine),
        Entry(SnapshotCompaction.Machine), Entry(BackupCopy.Machine), Entry(OpsTask.Machine),
    ];

    public static CatalogEntry? Find(string name) => All.FirstOrDefault(m => m.Name == name);

    static CatalogEntry Entry<TView>(Machine<TView> machine) => new(
        machine.Name, machine.Meaning,
        options => Mermaid.Draw(machine, options),
        options => Dot.Draw(machine, options),
        [.. machine.Regions.SelectMany(r => r.All.Select(s => Describe(machine, r, s)))]);

    static StateEntry Describe<TView>(Machine<TView> machine, Region<TView> region, State<TView> state) => new(
        machine.Name, region.Name, state.Path, state.Meaning,
        [.. state.Rules.Select(rule => new RuleEntry(rule.Trigger, [.. rule.Effects.Select(e => e.Name)], rule.Target?.Path))]);
}

/// <summary>A machine as the commands show it.</summary>
sealed record CatalogEntry(string Name, string Meaning, Func<DiagramOptions, string> Mermaid, Func<DiagramOptions, string> Dot, IReadOnlyList<StateEntry> States);

/// <summary>A state as <c>explain</c> shows it.</summary>
sealed record StateEntry(string Machine, string Region, string Path, string Meaning, IReadOnlyList<RuleEntry> Rules);

/// <summary>A rule as <c>explain</c> shows it; it stays where <paramref name="Target"/> is null.</summary>
sealed record RuleEntry(string Trigger, IReadOnlyList<string> Actions, string? Target);
