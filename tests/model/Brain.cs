using System.Runtime.InteropServices;
using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;

namespace Druid.Model;

/// <summary>What the operator decides on what it sees; remembered, because most states are seen alike.</summary>
sealed class Brain(Scenario scenario)
{
    const int MostRemembered = 300_000;

    readonly Observation observation = new(scenario);
    readonly Dictionary<World, Intent> remembered = new(new Bytes());

    /// <summary>The decision in actions of four bytes.</summary>
    public Intent Decide(in World w)
    {
        var seen = Seen(in w);
        if (!remembered.TryGetValue(seen, out var intent))
        {
            if (remembered.Count == MostRemembered)
            {
                remembered.Clear();
            }
            intent = Compile(in w);
            remembered[seen] = intent;
        }
        return intent;
    }

    /// <summary>The decision itself, to tell of.</summary>
    public Decision Reason(in World w)
    {
        var at = default(Configuration).With(0, w.SeenEtcd.Lifecycle).With(1, w.SeenEtcd.Serving).With(2, w.SeenEtcd.Backup);
        return scenario.Machine.Decide(at, observation.Of(in w));
    }

    Intent Compile(in World w)
    {
        var decision = Reason(in w);
        var template = (byte)((byte)w.SeenEtcd.Template | (w.SeenEtcd.Larger ? 4 : 0) | (w.Rolls ? 8 : 0));
        var actions = new List<ActionCode>();
        foreach (var transition in decision.Transitions)
        {
            foreach (var action in transition.Actions)
            {
                if (Encode(action, template, w.SeenSet) is { } code)
                {
                    actions.Add(code);
                }
            }
        }
        return new Intent([.. actions], (byte)decision.After[0], (byte)decision.After[1], (byte)decision.After[2], decision.IsQuiet);
    }

    static ActionCode? Encode(IAction action, byte template, SetState set) => action switch
    {
        Wait => null,
        AddFinalizer => new(Verb.AddFinalizer),
        RemoveFinalizer => new(Verb.RemoveFinalizer),
        ObserveGeneration a => new(Verb.ObserveGeneration, (byte)a.Generation),
        AcknowledgeReconcile => new(Verb.AcknowledgeReconcile),
        ApplyComponent a => new(Verb.Apply, (byte)a.Kind, (byte)a.Plan.Size, (byte)((int)a.Plan.PeerTls | (template << 4))),
        DeleteComponent a => new(Verb.DeleteComponent, (byte)a.Kind),
        DeletePod a => new(a.Evict ? Verb.Evict : Verb.Delete, (byte)a.Ordinal),
        DeleteVolume a => new(Verb.DeleteVolume, (byte)a.Ordinal),
        DeleteMemberLease a => new(Verb.DeleteMemberLease, (byte)a.Ordinal),
        AssignTask a => new(Verb.AssignTask, (byte)a.Ordinal, (byte)a.Task),
        MoveLeader a => new(Verb.MoveLeader, (byte)a.From, (byte)a.To),
        RemoveMember a => new(Verb.RemoveMember, (byte)a.Ordinal),
        RequestFullSnapshot a => new(Verb.RequestSnapshot, (byte)a.Purpose),
        VerifySnapshot => new(Verb.VerifySnapshot),
        ExpandVolume a => new(Verb.ExpandVolume, (byte)a.Ordinal),
        OrphanStatefulSet => new(Verb.OrphanSet, set.Size, (byte)set.Revision.Stage, (byte)set.Revision.Template),
        StartCompactionJob => new(Verb.StartJob),
        DeleteCompactionJob => new(Verb.DeleteJob),
        _ => throw new NotSupportedException($"The model of the world does not know the action {action.GetType().Name}; teach it to {nameof(Executor)}."),
    };

    static World Seen(in World w)
    {
        var seen = default(World);
        seen.SeenEtcd = w.SeenEtcd;
        seen.SeenSet = w.SeenSet;
        seen.SeenSetKnown = w.SeenSetKnown;
        seen.SeenOwned = w.SeenOwned;
        seen.SeenBackup = w.SeenBackup;
        seen.Rolls = w.Rolls;
        for (var i = 0; i < World.MaxMembers; i++)
        {
            seen.Members[i].SeenPod = w.Members[i].SeenPod;
            seen.Members[i].SeenLease = w.Members[i].SeenLease;
            seen.Members[i].SeenPublished = w.Members[i].SeenPublished;
            seen.Members[i].SeenVolume = w.Members[i].SeenVolume;
            seen.Members[i].SeenCapacity = w.Members[i].SeenCapacity;
        }
        return seen;
    }

    sealed class Bytes : IEqualityComparer<World>
    {
        public bool Equals(World x, World y) => Of(in x).SequenceEqual(Of(in y));

        public int GetHashCode(World obj)
        {
            var hash = new HashCode();
            hash.AddBytes(Of(in obj));
            return hash.ToHashCode();
        }

        static ReadOnlySpan<byte> Of(in World w) => MemoryMarshal.AsBytes(new ReadOnlySpan<World>(in w));
    }
}

/// <summary>A decision: the actions in order, and the leaves recorded once all are taken.</summary>
sealed record Intent(ActionCode[] Actions, byte Lifecycle, byte Serving, byte Backup, bool IsQuiet);
