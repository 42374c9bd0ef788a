using Druid.Model.Tasks;
using Druid.StateMachine.Checking;
using Druid.StateMachine.Etcd;

namespace Druid.Model;

/// <summary>A machine that is broken on purpose, and the promise it must be found to break.</summary>
/// <param name="Breaks">The promise.</param>
/// <param name="Broken">The broken machine, where it shows; its name says what is wrong.</param>
public sealed record Mutant(string Breaks, ISetting Broken)
{
    /// <summary>The longest counterexample that a reader is asked to follow, in steps.</summary>
    public const int LongestTrace = 25;

    /// <summary>What is wrong with it.</summary>
    public string Name => Broken.Name;

    /// <summary>A broken lifecycle of clusters.</summary>
    internal static Mutant Of(string name, string breaks, Scenario setting, Func<Mutation<ClusterView>, Mutation<ClusterView>> mutate) =>
        new(breaks, setting with { Name = name, Machine = mutate(new(setting.Machine)).Build() });

    /// <summary>A broken machine of copy tasks.</summary>
    internal static Mutant Of(string name, string breaks, CopyScenario setting, Func<Mutation<BackupCopyView>, Mutation<BackupCopyView>> mutate) =>
        new(breaks, setting with { Name = name, Machine = mutate(new(setting.Machine)).Build() });

    /// <summary>A broken machine of ops tasks.</summary>
    internal static Mutant Of(string name, string breaks, OpsScenario setting, Func<Mutation<OpsTaskView>, Mutation<OpsTaskView>> mutate) =>
        new(breaks, setting with { Name = name, Machine = mutate(new(setting.Machine)).Build() });

    /// <summary>Explores it.</summary>
    public Exploration Explore() => Broken.Explore();

    /// <summary>What is wrong with what the exploration of it found; null when it was found out as it should be.</summary>
    public string? Survives(Exploration found) => found.Violation switch
    {
        null => $"'{Name}' survives: nothing was found in {found.States} states.",
        { Property: var property } v when property != Breaks => $"'{Name}' breaks {property} instead of {Breaks}:\n{v}",
        { Steps: var steps } v when steps > LongestTrace => $"'{Name}' takes {steps} steps to tell, more than {LongestTrace}:\n{v}",
        _ => null,
    };
}
