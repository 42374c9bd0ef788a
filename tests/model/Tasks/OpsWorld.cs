using System.Runtime.InteropServices;

namespace Druid.Model.Tasks;

/// <summary>All that the fate of one EtcdOpsTask depends on. A plain value of bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public record struct OpsWorld
{
    /// <summary>The task, and the operator's copy of it.</summary>
    public OpsObject Task, SeenTask;

    /// <summary>Something speaks against accepting the task: no such cluster, no store, not ready, another task of its kind.</summary>
    public bool Objection;

    /// <summary>The operator sees that.</summary>
    public bool SeenObjection;

    /// <summary>Where the request to the cluster stands. The process keeps it and loses it when it dies.</summary>
    public OpsRun Run;

    /// <summary>The leaf that the process remembers, plus one; 0: it reads it off the status.</summary>
    public byte Memory;

    /// <summary>The action was taken; the leaf to be recorded, plus one. 0: the operator is idle.</summary>
    public byte Reached;

    /// <summary>A write that a deposed operator has sent and that has not arrived yet.</summary>
    public OpsLate Late;

    /// <summary>The cluster has done what was asked for, whether anybody noted it or not.</summary>
    public bool Taken;

    /// <summary>How many more faults may happen, and how many more edits the user may make.</summary>
    public byte FaultsLeft, EditsLeft;
}

/// <summary>The EtcdOpsTask: what of its metadata and status matters.</summary>
/// <param name="Exists">It exists.</param>
/// <param name="Deleting">Its deletion was asked for.</param>
/// <param name="Finalizer">The operator's finalizer is on it.</param>
/// <param name="State"><c>status.state</c>, as the index of the machine's leaf.</param>
/// <param name="TimeIsUp">In progress: its time has run out. Ended: it was kept long enough.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public record struct OpsObject(bool Exists, bool Deleting, bool Finalizer, byte State, bool TimeIsUp);

/// <summary>Where a request stands.</summary>
public enum OpsRun : byte
{
    /// <summary>Nothing was asked, or the pause after a vain attempt is over.</summary>
    None,

    /// <summary>Asked.</summary>
    Asked,

    /// <summary>No agent was reached; it is tried again after a pause.</summary>
    Resting,

    /// <summary>Done.</summary>
    Done,

    /// <summary>Refused.</summary>
    Refused,
}

/// <summary>A write of a deposed operator.</summary>
/// <param name="Verb">What it does.</param>
/// <param name="Seen">What it was conditioned on.</param>
/// <param name="State">The state that it records.</param>
/// <param name="Decided">The new operator has made a decision since; before its second one the write has arrived or is lost.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public record struct OpsLate(Verb Verb, OpsObject Seen, byte State, bool Decided);
