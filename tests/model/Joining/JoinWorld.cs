using System.Runtime.InteropServices;

namespace Druid.Model.Joining;

/// <summary>What lies in the member's data directory.</summary>
public enum Disk : byte
{
    /// <summary>Nothing.</summary>
    Empty,

    /// <summary>Data that can be read.</summary>
    Whole,

    /// <summary>Data that cannot be read.</summary>
    Broken,
}

/// <summary>How far the member has come.</summary>
public enum Stage : byte
{
    /// <summary>Its agent looks, decides and acts.</summary>
    Looking,

    /// <summary>etcd runs and has not said so to anybody.</summary>
    Started,

    /// <summary>etcd runs, and its cluster lists it with its addresses.</summary>
    Published,

    /// <summary>Its agent has given up: a person has to decide.</summary>
    Refused,
}

/// <summary>
/// One member that is about to start, its cluster, its backups and its lease. Revisions and identities are counted from 1, as
/// far as a scenario needs them; 0 is none.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct JoinWorld
{
    /// <summary>How far the member has come.</summary>
    public Stage Stage;

    /// <summary>What is in its data directory.</summary>
    public Disk Disk;

    /// <summary>Whose data it is: an identity of this member.</summary>
    public byte DiskIdentity;

    /// <summary>Of which founding of the cluster the data is.</summary>
    public byte DiskFounding;

    /// <summary>The revision that the data is at; only of a single member.</summary>
    public byte DiskRevision;

    /// <summary>The revision that the backups reach.</summary>
    public byte BackupRevision;

    /// <summary>The store does not answer.</summary>
    public bool StoreDown;

    /// <summary>The others have founded the cluster, or this member has.</summary>
    public byte Founding;

    /// <summary>A quorum of the others answers.</summary>
    public bool Quorum;

    /// <summary>The identity under which the cluster lists this member.</summary>
    public byte Listed;

    /// <summary>The cluster lists it with its addresses: it ran under this identity.</summary>
    public bool ListedStarted;

    /// <summary>The identity that the lease remembers.</summary>
    public byte Recorded;

    /// <summary>The lease says that the data of that identity is gone.</summary>
    public bool LossReported;

    /// <summary>The identity given last.</summary>
    public byte LastIdentity;

    /// <summary>What the operator told it: a member task by number.</summary>
    public byte Task;

    /// <summary>Hazards that may still happen.</summary>
    public byte HazardsLeft;

    /// <summary>What the agent did in the last step, for promises about steps; 0 for nothing.</summary>
    public Did Did;
}

/// <summary>What a step of the agent was.</summary>
public enum Did : byte
{
    /// <summary>None of the agent's.</summary>
    Nothing,

    /// <summary>It started etcd with the data that is there.</summary>
    StartedWithData,

    /// <summary>It started an empty etcd as a part of a cluster that runs.</summary>
    StartedAsJoiner,

    /// <summary>It started an empty etcd that founds the cluster.</summary>
    StartedAsFounder,

    /// <summary>It started etcd with the data that is there, as a cluster of its own.</summary>
    StartedAlone,

    /// <summary>It put data aside.</summary>
    PutAside,

    /// <summary>It restored a backup.</summary>
    Restored,

    /// <summary>It said in its lease that its data is gone.</summary>
    ReportedLoss,

    /// <summary>It removed its lost identity from the cluster.</summary>
    RemovedItself,

    /// <summary>It added itself to the cluster.</summary>
    Joined,

    /// <summary>It waited.</summary>
    Waited,

    /// <summary>It gave up.</summary>
    Refused,
}
