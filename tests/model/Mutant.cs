using Druid.StateMachine.Checking;
using Druid.StateMachine.Etcd;

namespace Druid.Model;

/// <summary>A lifecycle that is broken on purpose, and the promise it must be found to break.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Breaks">The promise.</param>
/// <param name="Setting">Where it shows.</param>
/// <param name="Mutate">What is changed.</param>
public sealed record Mutant(string Name, string Breaks, Scenario Setting, Func<Mutation<ClusterView>, Mutation<ClusterView>> Mutate)
{
    /// <summary>The longest counterexample that a reader is asked to follow, in steps.</summary>
    public const int LongestTrace = 25;

    /// <summary>Explores it.</summary>
    public Exploration Explore() => Explorer<World>.Explore(new EtcdModel(Setting with
    {
        Name = Name,
        Machine = Mutate(new Mutation<ClusterView>(EtcdLifecycle.Machine)).Build(),
    }));

    /// <summary>What is wrong with what the exploration of it found; null when it was found out as it should be.</summary>
    public string? Survives(Exploration found) => found.Violation switch
    {
        null => $"'{Name}' survives: nothing was found in {found.States} states.",
        { Property: var property } v when property != Breaks => $"'{Name}' breaks {property} instead of {Breaks}:\n{v}",
        { Steps: var steps } v when steps > LongestTrace => $"'{Name}' takes {steps} steps to tell, more than {LongestTrace}:\n{v}",
        _ => null,
    };
}
