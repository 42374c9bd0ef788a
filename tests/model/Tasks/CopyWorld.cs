using System.Runtime.InteropServices;

namespace Druid.Model.Tasks;

/// <summary>All that the fate of one EtcdCopyBackupsTask depends on. A plain value of bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public record struct CopyWorld
{
    /// <summary>The task, and the operator's copy of it.</summary>
    public CopyObject Task, SeenTask;

    /// <summary>The job, and the operator's copy of it.</summary>
    public CopyJob Job, SeenJob;

    /// <summary>The leaf that the process remembers, plus one; 0: it has just started and reads it off the status.</summary>
    public byte Memory;

    /// <summary>The action was taken; the leaf to be recorded, plus one. 0: the operator is idle.</summary>
    public byte Reached;

    /// <summary>A write that a deposed operator has sent and that has not arrived yet.</summary>
    public CopyLate Late;

    /// <summary>How many more faults may happen, and how many more edits the user may make.</summary>
    public byte FaultsLeft, EditsLeft;
}

/// <summary>The EtcdCopyBackupsTask: what of its spec, metadata and status matters.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public record struct CopyObject(bool Exists, bool Deleting, bool Finalizer, bool Invalid, bool Succeeded, bool Failed, bool Error);

/// <summary>A copy job.</summary>
/// <param name="Phase">How far it is.</param>
/// <param name="Uid">A job that is made anew has another.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public record struct CopyJob(CopyPhase Phase, byte Uid);

/// <summary>How far a job is.</summary>
public enum CopyPhase : byte
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>It copies.</summary>
    Running,

    /// <summary>It has ended well.</summary>
    Succeeded,

    /// <summary>It has failed.</summary>
    Failed,

    /// <summary>It ran out of time.</summary>
    Late,

    /// <summary>It is being deleted; its pods may still run.</summary>
    Going,
}

/// <summary>A write of a deposed operator.</summary>
/// <param name="Verb">What it does.</param>
/// <param name="Seen">What it was conditioned on.</param>
/// <param name="Job">The job it was meant for.</param>
/// <param name="Decided">The new operator has made a decision since; before its second one the write has arrived or is lost.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public record struct CopyLate(Verb Verb, CopyObject Seen, CopyJob Job, bool Decided);
