using System.Collections.Immutable;
using Druid.Member.Membership;
using Druid.StateMachine.Checking;

namespace Druid.Model.Joining;

/// <summary>A machine of initialization that is broken on purpose, and the promise it must be found to break.</summary>
sealed record JoinMutant
{
    const string Looking = Druid.Member.Membership.Joining.Looking;

    /// <summary>What is wrong with it.</summary>
    public required string Name { get; init; }

    /// <summary>The promise.</summary>
    public required string Breaks { get; init; }

    /// <summary>Where it shows.</summary>
    public required JoinScenario Setting { get; init; }

    /// <summary>What is changed.</summary>
    public required Func<Mutation<JoinObservation>, Mutation<JoinObservation>> Mutate { get; init; }

    static JoinScenario Alone => JoinScenario.All[0];

    static JoinScenario Several => JoinScenario.All[2];

    static JoinScenario Lost => JoinScenario.All[3];

    /// <summary>All of them.</summary>
    public static ImmutableArray<JoinMutant> All { get; } =
    [
        new() { Name = "starts without comparing with the backups", Breaks = "NeverOlder", Setting = Alone, Mutate = m => m.Drop(Looking, "it is the only member and it has data and its data is older than the backup") },
        new() { Name = "starts while the store does not answer", Breaks = "NeverOlder", Setting = Alone, Mutate = m => m.Drop(Looking, "it is the only member and it has data and the store does not answer") },
        new() { Name = "founds an empty cluster beside its backups", Breaks = "NeverOlder", Setting = Alone, Mutate = m => m.Drop(Looking, "there is a backup") },
        new() { Name = "comes back after it was removed", Breaks = "RemovedStaysOut", Setting = Several, Mutate = m => m.Drop(Looking, "it was removed from the cluster") },
        new() { Name = "comes back without its data", Breaks = "NoLostVote", Setting = Several, Mutate = m => m.Drop(Looking, "a quorum answers and the cluster lists it as one that ran") },
        new() { Name = "founds a cluster when nobody answers", Breaks = "FoundedOnce", Setting = Several with { Store = false }, Mutate = m => m.Drop(Looking, "it was a member before and not (it is the only member)") },
        new() { Name = "gives its data up for a backup that is not there", Breaks = "DataKept", Setting = Alone, Mutate = m => m.Forget(Looking, "it is the only member and its data is broken and there is a backup", "there is a backup") },
        new() { Name = "restores although a quorum has it all", Breaks = "RestoredOverNothing", Setting = Several, Mutate = m => m.Instead(Looking, "a quorum answers", s => [new JoinStep.RestoreData(s.Configured)]) },
        new() { Name = "refuses the cluster that it was told to rejoin", Breaks = "RefusesForAReason", Setting = Lost, Mutate = m => m.Drop(Looking, "its data is of another cluster and it is to rejoin") },
        new() { Name = "gives its identity up unsaid", Breaks = "LossToldFirst", Setting = Several, Mutate = m => m.Drop(Looking, "it was a member before and not (it has data) and not (it is the only member) and not (its lease says that its data is gone)") },
        new() { Name = "joins again after it was told to leave", Breaks = "LeftStaysOut", Setting = Several, Mutate = m => m.Drop(Looking, "it is to leave and has left") },
        new() { Name = "waits for a quorum that answers", Breaks = "InitializationEnds", Setting = Several, Mutate = m => m.Instead(Looking, "a quorum answers", _ => [new Druid.StateMachine.Machines.Wait("nothing")]) },
    ];

    /// <summary>Explores it.</summary>
    public Exploration Explore() => Explorer<JoinWorld>.Explore(new JoinModel(Setting with
    {
        Name = Name,
        Machine = Mutate(new Mutation<JoinObservation>(Druid.Member.Membership.Joining.Machine)).Build(),
    }));

    /// <summary>What is wrong with what the exploration of it found; null when it was found out as it should be.</summary>
    public string? Survives(Exploration found) => found.Violation switch
    {
        null => $"'{Name}' survives: nothing was found in {found.States} states.",
        { Property: var property } v when property != Breaks => $"'{Name}' breaks {property} instead of {Breaks}:\n{v}",
        { Steps: var steps } v when steps > Mutant.LongestTrace => $"'{Name}' takes {steps} steps to tell, more than {Mutant.LongestTrace}:\n{v}",
        _ => null,
    };
}
