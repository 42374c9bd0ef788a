using System.Collections.Immutable;
using Druid.StateMachine.Checking;

namespace Druid.Model;

/// <summary>The lifecycle machine in a hostile world, as one scenario sets it.</summary>
public sealed class EtcdModel(Scenario scenario) : IModel<World>
{
    /// <inheritdoc />
    public string Name => scenario.Name;

    /// <inheritdoc />
    public int StateSize => World.SizeFor(scenario.Members);

    /// <inheritdoc />
    public IEnumerable<World> Initial => [scenario.StartsSettled ? Settled() : New()];

    /// <inheritdoc />
    public ImmutableArray<Invariant<World>> Invariants { get; } = new Promises(scenario).Invariants;

    /// <inheritdoc />
    public ImmutableArray<Goal<World>> Goals { get; } = new Promises(scenario).Goals;

    /// <inheritdoc />
    public IExpander<World> NewExpander() => new Expander(scenario);

    World New()
    {
        var w = default(World);
        w.Etcd = new Declaration
        {
            Exists = true,
            Wanted = (byte)scenario.Wanted,
            PeerTls = scenario.PeerTls,
            RecoveryAllowed = scenario.RecoveryAllowed,
            Generation = 1,
        };
        w.Etcd.Lifecycle = (byte)scenario.Machine.Initial[0];
        w.SeenEtcd = w.Etcd;
        w.FaultsLeft = (byte)scenario.Faults;
        w.EditsLeft = (byte)scenario.Edits;
        return w;
    }

    // Where a new cluster comes to rest by itself when nothing goes wrong.
    World Settled()
    {
        var expander = new Expander(scenario with { Crashes = false, Lag = 0 });
        var moves = new Successors<World>();
        var w = New();
        (w.FaultsLeft, w.EditsLeft) = (0, 0);
        for (; ; )
        {
            moves.Clear();
            expander.Expand(in w, moves);
            if (moves.Count == 0)
            {
                (w.FaultsLeft, w.EditsLeft) = ((byte)scenario.Faults, (byte)scenario.Edits);
                return w;
            }
            w = moves.State(0);
        }
    }

    sealed class Expander : IExpander<World>
    {
        readonly Emitter emitter;
        readonly Operator @operator;
        readonly Kubernetes kubernetes;
        readonly Agents agents;
        readonly Hazards hazards;
        readonly Telling telling;

        public Expander(Scenario scenario)
        {
            emitter = new Emitter(scenario.Members, scenario.Lag);
            @operator = new Operator(scenario);
            kubernetes = new Kubernetes(scenario);
            agents = new Agents(scenario);
            hazards = new Hazards(scenario);
            telling = new Telling(scenario, @operator.Brain);
        }

        public void Expand(in World state, Successors<World> into)
        {
            if (!state.Etcd.Exists)
            {
                return;
            }
            emitter.Begin(in state, into);
            @operator.Moves(in state, emitter);
            kubernetes.Moves(in state, emitter);
            agents.Moves(in state, emitter);
            hazards.Moves(in state, emitter);
        }

        public string Describe(in World before, Move move, in World after) => telling.Of(in before, move, in after);

        public string Describe(in World state) => telling.Of(in state);
    }
}
