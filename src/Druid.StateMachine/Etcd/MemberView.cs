namespace Druid.StateMachine.Etcd;

/// <summary>What was observed of one member.</summary>
public sealed record MemberView
{
    /// <summary>The ordinal of its pod.</summary>
    public required int Ordinal { get; init; }

    /// <summary>Its pod.</summary>
    public PodState Pod { get; init; }

    /// <summary>Its pod runs another revision than the StatefulSet's template.</summary>
    public bool Outdated { get; init; }

    /// <summary>Its place in the etcd cluster: see <see cref="PlaceOf"/>.</summary>
    public Membership Membership { get; init; }

    /// <summary>It is the raft leader, as its agent last reported.</summary>
    public bool Leads { get; init; }

    /// <summary>What it was told to do besides serving.</summary>
    public MemberTask Task { get; init; }

    /// <summary>Its lease exists.</summary>
    public bool HasLease { get; init; }

    /// <summary>Its volume claim exists.</summary>
    public bool HasVolume { get; init; }

    /// <summary>How its volume compares with the declared capacity.</summary>
    public VolumeState Volume { get; init; }

    /// <summary>It had an identity and its data is gone: its volume was lost or its agent found it empty or broken.</summary>
    public bool DataLost { get; init; }

    /// <summary>Why its pod does not run, in the words of the scheduler or the kubelet, for those who read; null when unknown.</summary>
    public string? Trouble { get; init; }

    /// <summary>It votes and answers linearizable reads: the quorum counts on it.</summary>
    public bool Participates => Pod == PodState.Ready && Membership == Membership.Voter;

    /// <summary>
    /// A member's place by what the leader's agent and its own reported. The leader's list can be as old as the leader: a member that
    /// lost its data, and has joined again since, does not vote although the list says so, and one that was promoted since does. A
    /// member's own agent reports each of these before it happens, so its word is the newer one while it has its data.
    /// </summary>
    /// <param name="listed">What the leader's agent listed it as.</param>
    /// <param name="own">What its own agent reported: a learner, or a voter; unknown if it reports no such thing.</param>
    /// <param name="dataLost">Its own agent reported that the data of that place is gone.</param>
    /// <param name="task">What it was told. One that was told to leave, or to rejoin, has no place until it is listed.</param>
    public static Membership PlaceOf(Membership listed, Membership own, bool dataLost, MemberTask task) => (listed, own) switch
    {
        (Membership.Unknown, _) or (_, Membership.Unknown) => listed,
        _ when dataLost => listed,
        (Membership.None, _) when task != MemberTask.Serve => listed,
        _ => own,
    };

    /// <summary>The pod's state in words, as a user is told what a cluster waits for.</summary>
    public override string ToString() => Pod switch
    {
        PodState.None => $"member {Ordinal} (no pod)",
        PodState.Ready when Membership == Membership.Learner => $"member {Ordinal} (learner)",
        PodState.Ready when Membership != Membership.Voter => $"member {Ordinal} (membership not reported)",
        PodState.Unready when DataLost => $"member {Ordinal} (data lost)",
        _ when Trouble is not null => $"member {Ordinal} ({Pod.ToString().ToLowerInvariant()}, {Trouble})",
        _ => $"member {Ordinal} ({Pod.ToString().ToLowerInvariant()})",
    };
}

/// <summary>The state of a member's pod.</summary>
public enum PodState
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>A container ended with an error and is not running, or cannot be started at all.</summary>
    Failed,

    /// <summary>It waits for a node, an image, a volume or its first start.</summary>
    Starting,

    /// <summary>All containers run, but it does not answer linearizable reads.</summary>
    Unready,

    /// <summary>It answers linearizable reads.</summary>
    Ready,

    /// <summary>It is being deleted.</summary>
    Going,
}

/// <summary>How a volume compares with the declared capacity.</summary>
public enum VolumeState
{
    /// <summary>It is as large as declared, or larger, or there is none.</summary>
    Fits,

    /// <summary>It is smaller than declared, and nobody has asked for more.</summary>
    TooSmall,

    /// <summary>More was asked for, and it is not there yet.</summary>
    Growing,
}

/// <summary>A member's place in the etcd cluster.</summary>
public enum Membership
{
    /// <summary>No agent has reported the members yet.</summary>
    Unknown,

    /// <summary>The members were reported, and it is not among them.</summary>
    None,

    /// <summary>It receives the log and does not vote.</summary>
    Learner,

    /// <summary>It votes.</summary>
    Voter,
}

/// <summary>What a member's agent is told through the member's lease.</summary>
public enum MemberTask
{
    /// <summary>To serve; to join when it is not a member.</summary>
    Serve,

    /// <summary>To leave: it must not join again.</summary>
    Leave,

    /// <summary>To found the cluster anew, alone, from its own data or from the latest snapshot.</summary>
    Rebuild,

    /// <summary>To wait for the rebuilt cluster, then put its own data aside and join as a learner.</summary>
    Rejoin,
}
