using System.Collections.Immutable;
using Druid.StateMachine.Etcd;

namespace Druid.Model;

/// <summary>What may go wrong, what the user may do, and what heals by itself.</summary>
sealed class Hazards(Scenario scenario)
{
    /// <summary>The faults that hit members.</summary>
    public static ImmutableArray<Verb> OfMembers { get; } = [Verb.CrashPod, Verb.LoseDisk, Verb.Partition, Verb.Sicken, Verb.LosePod];

    public void Moves(in World w, Emitter emit)
    {
        Heal(in w, emit);
        if (w.Step == 0)
        {
            for (var cache = 0; cache < Emitter.Caches; cache++)
            {
                if ((emit.LaggingBefore & (1 << cache)) != 0)
                {
                    emit.Add(w, (byte)(Process.Cache + cache), Verb.CatchUp, cache, seen: 1 << cache);
                }
            }
        }
        if (w.FaultsLeft > 0)
        {
            Faults(in w, emit);
        }
        if (w.EditsLeft > 0)
        {
            User(in w, emit);
        }
    }

    void Heal(in World w, Emitter emit)
    {
        for (var i = 0; i < scenario.Members; i++)
        {
            if (w.Members[i].Trouble != Trouble.None)
            {
                var next = w;
                next.Members[i].Trouble = Trouble.None;
                emit.Add(next, (byte)(Process.Network + i), Verb.Heal, i);
            }
        }
    }

    void Faults(in World w, Emitter emit)
    {
        foreach (var fault in scenario.FaultKinds)
        {
            if (fault == Verb.LoseDisk && !IsListed(in w))
            {
                continue; // Within the seconds that it takes to list who was promoted or has founded the cluster anew, no further disk is lost.
            }
            if (OfMembers.Contains(fault))
            {
                for (var i = 0; i < scenario.Members; i++)
                {
                    var next = w;
                    if (Hit(ref next.Members[i], fault))
                    {
                        next.FaultsLeft--;
                        emit.Add(next, Process.Chance, fault, i, hazard: true);
                    }
                }
            }
            else
            {
                var next = w;
                if (Hit(ref next, fault))
                {
                    next.FaultsLeft--;
                    emit.Add(next, Process.Chance, fault, 0, hazard: true);
                }
            }
        }
    }

    bool IsListed(in World w)
    {
        for (var i = 0; i < scenario.Members; i++)
        {
            ref readonly var m = ref w.Members[i];
            if (m.Rebuilt || (m is { Seat: Seat.Voter, HasRun: true } && m.Published != (byte)Membership.Voter))
            {
                return false;
            }
        }
        return true;
    }

    static bool Hit(ref MemberState m, Verb fault)
    {
        var runs = m.Pod.Phase == Phase.Running;
        switch (fault)
        {
            case Verb.CrashPod when runs:
                (m.Pod.Phase, m.Pod.Ready) = (Phase.Failed, false);
                return true;
            case Verb.LosePod when m.Pod.Phase is not (Phase.None or Phase.Going):
                m.Pod = default; // Its node is gone.
                return true;
            // One that founds the cluster anew holds the only data there is: its loss is not survived, see docs/proof.md.
            case Verb.LoseDisk when m is { Disk: Disk.Data, HasRun: true, Lease.Task: not (byte)MemberTask.Rebuild }:
                m.Disk = Disk.Lost;
                return true;
            case Verb.Partition when runs && m.Trouble == Trouble.None:
                m.Trouble = Trouble.Partitioned;
                return true;
            case Verb.Sicken when runs && m.Trouble == Trouble.None && m.Pod.Ready:
                m.Trouble = Trouble.Sick;
                return true;
            default:
                return false;
        }
    }

    static bool Hit(ref World w, Verb fault)
    {
        switch (fault)
        {
            case Verb.DeleteSet when w.Set.Exists:
                w.Set = default;
                return true;
            case Verb.DeleteOthers when w.Owned.Others is Existence.There:
                w.Owned.Others = Existence.Missing;
                return true;
            case Verb.EditOthers when w.Owned.Others is Existence.There:
                w.Owned.Others = Existence.Edited;
                return true;
            case Verb.Forget when w.Step == 0:
                (w.Etcd.Lifecycle, w.Etcd.Serving, w.Etcd.Backup) = (0, 0, 0);
                return w.SeenEtcd.Lifecycle != 0 || w.SeenEtcd.Serving != 0 || w.SeenEtcd.Backup != 0;
            case Verb.FailSnapshot when FailRequest(ref w.Backup):
                return w.Backup.BackingOff = true;
            case Verb.FailSnapshot when w.Backup.Verified == (byte)SnapshotRequest.Asked:
                w.Backup.Verified = (byte)SnapshotRequest.Failed;
                return w.Backup.BackingOff = true;
            case Verb.FailJob when w.Backup.Job == (byte)JobState.Running:
                w.Backup.Job = (byte)JobState.Failed;
                return w.Backup.BackingOff = true;
            case Verb.ExceedDeadline when w.Backup.Job == (byte)JobState.Running:
                w.Backup.Job = (byte)JobState.DeadlineExceeded;
                return true;
            default:
                return false;
        }
    }

    static bool FailRequest(ref BackupState backup)
    {
        foreach (var purpose in Enum.GetValues<SnapshotPurpose>())
        {
            ref var request = ref backup.RequestFor(purpose);
            if (request == (byte)SnapshotRequest.Asked)
            {
                request = (byte)SnapshotRequest.Failed;
                return true;
            }
        }
        return false;
    }

    void User(in World w, Emitter emit)
    {
        foreach (var edit in scenario.EditKinds)
        {
            if (w.Etcd.Deleting && edit != Verb.ToggleSuspension)
            {
                continue; // It makes no difference any more.
            }
            switch (edit)
            {
                case Verb.Scale:
                    foreach (var replicas in scenario.Replicas)
                    {
                        Spec(in w, edit, replicas, emit, replicas != w.Etcd.Wanted, (ref Declaration e) => e.Wanted = (byte)replicas);
                    }
                    break;
                case Verb.ChangeTemplate:
                    foreach (var template in scenario.Templates)
                    {
                        Spec(in w, edit, (int)template, emit, template != w.Etcd.Template, (ref Declaration e) => e.Template = template);
                    }
                    break;
                case Verb.TogglePeerTls:
                    Spec(in w, edit, 0, emit, true, static (ref Declaration e) => e.PeerTls = !e.PeerTls);
                    break;
                case Verb.ChangeCapacity:
                    Spec(in w, edit, 0, emit, !w.Etcd.Larger, static (ref Declaration e) => e.Larger = true);
                    break;
                case Verb.ToggleStrategy:
                    var switched = w; // Another configuration means another process: the decision at hand is given up, and all is read anew.
                    switched.Rolls = !w.Rolls;
                    switched.Step = 0;
                    switched.EditsLeft--;
                    emit.Add(switched, Process.Chance, edit, 0, hazard: true, seen: Emitter.AllCaches);
                    break;
                case Verb.ToggleInvalid:
                    Spec(in w, edit, 0, emit, true, static (ref Declaration e) => e.Invalid = !e.Invalid);
                    break;
                case Verb.ToggleSuspension:
                    Edit(in w, edit, 0, emit, static (ref Declaration e) => e.Suspended = !e.Suspended);
                    break;
                case Verb.RequestReconcile when !w.Etcd.ReconcileRequested:
                    Edit(in w, edit, 0, emit, static (ref Declaration e) => e.ReconcileRequested = true);
                    break;
                case Verb.AllowRecovery when !w.Etcd.RecoveryAllowed:
                    Edit(in w, edit, 0, emit, static (ref Declaration e) => e.RecoveryAllowed = true);
                    break;
                case Verb.ToggleRuntime:
                    Edit(in w, edit, 0, emit, static (ref Declaration e) => e.RuntimeDisabled = !e.RuntimeDisabled);
                    break;
                case Verb.DeleteEtcd:
                    Edit(in w, edit, 0, emit, static (ref Declaration e) => (e.Deleting, e.Exists) = (true, e.Finalizer));
                    break;
                case Verb.Write when w.Backup.Deltas < 2 && w.Leader > 0:
                    var next = w;
                    next.Backup.Deltas++;
                    next.EditsLeft--;
                    emit.Add(next, Process.Chance, edit, 0, hazard: true);
                    break;
            }
        }
    }

    delegate void Change(ref Declaration etcd);

    static void Spec(in World w, Verb edit, int subject, Emitter emit, bool changes, Change change)
    {
        if (changes)
        {
            Edit(in w, edit, subject, emit, (ref Declaration e) =>
            {
                change(ref e);
                e.Generation++;
            });
        }
    }

    static void Edit(in World w, Verb edit, int subject, Emitter emit, Change change)
    {
        var next = w;
        change(ref next.Etcd);
        next.EditsLeft--;
        emit.Add(next, Process.Chance, edit, subject, hazard: true);
    }
}
