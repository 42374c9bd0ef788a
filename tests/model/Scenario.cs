using System.Collections.Immutable;
using Druid.StateMachine.Checking;
using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;

namespace Druid.Model;

/// <summary>One setting in which the lifecycle is explored: where it begins, what may go wrong, what the user may do.</summary>
public sealed record Scenario : ISetting
{
    /// <inheritdoc />
    public required string Name { get; init; }

    /// <summary>The machine that decides.</summary>
    public Machine<ClusterView> Machine { get; init; } = EtcdLifecycle.Machine;

    /// <summary>Ordinals that exist in the world: 1 to <see cref="World.MaxMembers"/>.</summary>
    public int Members { get; init; } = 3;

    /// <summary>The declared number of members in the beginning.</summary>
    public int Wanted { get; init; } = 3;

    /// <summary>The cluster is up and settled in the beginning; otherwise only its Etcd exists.</summary>
    public bool StartsSettled { get; init; } = true;

    /// <summary>Peer TLS is declared in the beginning.</summary>
    public bool PeerTls { get; init; }

    /// <summary>A store for backups is configured.</summary>
    public bool Store { get; init; }

    /// <summary>Each template has its own version of etcd.</summary>
    public bool Upgrades { get; init; }

    /// <summary>Compaction is switched on.</summary>
    public bool Compaction { get; init; }

    /// <summary>Changes of the spec are applied without being asked for.</summary>
    public bool AutoReconcile { get; init; } = true;

    /// <summary>What becomes of the volumes of a deleted cluster.</summary>
    public VolumePolicy VolumesOnDeletion { get; init; } = VolumePolicy.Retain;

    /// <summary>What becomes of the volume of a member that was scaled in.</summary>
    public VolumePolicy VolumesOnScaleIn { get; init; } = VolumePolicy.Delete;

    /// <summary>Recovery from a lost majority is allowed from the beginning.</summary>
    public bool RecoveryAllowed { get; init; }

    /// <summary>The operator, wrongly, goes by the leader's list of members alone, and not by what each says of itself.</summary>
    public bool TrustsListAlone { get; init; }

    /// <summary>How many faults of <see cref="FaultKinds"/> may happen.</summary>
    public int Faults { get; init; }

    /// <summary>The faults that may happen.</summary>
    public ImmutableArray<Verb> FaultKinds { get; init; } = [];

    /// <summary>How many edits of <see cref="EditKinds"/> the user may make.</summary>
    public int Edits { get; init; }

    /// <summary>The edits that the user may make.</summary>
    public ImmutableArray<Verb> EditKinds { get; init; } = [];

    /// <summary>The numbers of replicas that the user may declare.</summary>
    public ImmutableArray<int> Replicas { get; init; } = [];

    /// <summary>The templates that the user may declare.</summary>
    public ImmutableArray<Template> Templates { get; init; } = [];

    /// <summary>How many of the operator's caches may be behind at the same time.</summary>
    public int Lag { get; init; }

    /// <summary>The operator may die, or a call of it fail, before or after any action, as often as it likes.</summary>
    public bool Crashes { get; init; } = true;

    /// <summary>
    /// The exploration ends when it has passed this many states. Invariants have been checked in all of them; liveness is only
    /// checked where the exploration is complete.
    /// </summary>
    public long MaxStates { get; init; } = 50_000_000;

    /// <inheritdoc />
    public string Bounds
    {
        get
        {
            var bounds = new List<string> { Members == 1 ? "1 member" : $"{Members} members" };
            if (Faults > 0)
            {
                bounds.Add($"{Count(Faults, "fault")} of: {string.Join(", ", FaultKinds.Select(Telling.Words))}");
            }
            if (Edits > 0)
            {
                bounds.Add($"{Count(Edits, "edit")} of: {string.Join(", ", EditKinds.Select(e => Telling.Words(e) + Values(e)))}");
            }
            if (Lag > 0)
            {
                bounds.Add($"{Count(Lag, "cache")} behind");
            }
            return string.Join("; ", bounds);
        }
    }

    /// <inheritdoc />
    public IEnumerable<string> Promises => new Promises(this) is var promises ? promises.Invariants.Select(i => i.Name).Concat(promises.Goals.Select(g => g.Name)) : [];

    /// <inheritdoc />
    public Exploration Explore(ExplorerOptions? options = null) =>
        Explorer<World>.Explore(new EtcdModel(this), (options ?? new()) with { MaxStates = MaxStates });

    string Values(Verb edit) => edit switch
    {
        Verb.Scale => $" to {string.Join("/", Replicas)}",
        Verb.ChangeTemplate => $" to {string.Join("/", Templates)}",
        _ => "",
    };

    static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
