using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Druid.StateMachine.Checking;

namespace Druid.Model.Joining;

/// <summary>The machine of initialization in a world where volumes, stores, quorums and pods are lost at any moment.</summary>
public sealed class JoinModel(JoinScenario scenario) : IModel<JoinWorld>
{
    /// <inheritdoc />
    public string Name => scenario.Name;

    /// <inheritdoc />
    public int StateSize => Unsafe.SizeOf<JoinWorld>();

    /// <inheritdoc />
    public IEnumerable<JoinWorld> Initial => [new() { HazardsLeft = (byte)scenario.Hazards, LastIdentity = 1 }];

    /// <inheritdoc />
    public ImmutableArray<Invariant<JoinWorld>> Invariants { get; } = JoinPromises.Of(scenario);

    /// <inheritdoc />
    public ImmutableArray<Goal<JoinWorld>> Goals { get; } = [JoinPromises.Ends];

    /// <inheritdoc />
    public IExpander<JoinWorld> NewExpander() => new JoinExpander(scenario);
}
