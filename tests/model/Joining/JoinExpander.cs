using Druid.Member.Configuration;
using Druid.Member.Data;
using Druid.Member.Etcd.Rpc;
using Druid.Member.Membership;
using Druid.StateMachine.Checking;
using Druid.StateMachine.Machines;
using Backups = Druid.Member.Membership.BackupState;

namespace Druid.Model.Joining;

/// <summary>Everything that can happen next to a member that starts.</summary>
sealed class JoinExpander(JoinScenario scenario) : IExpander<JoinWorld>
{
    // A cluster that is none of this one's foundings.
    const byte Foreign = 9;
    const byte MostRevision = 2, MostIdentity = 4;
    const string Url = "http://e-0:2380";

    static readonly MemberUrl[] Single = [new("e-0", Url)];
    static readonly MemberUrl[] Several = [new("e-0", Url), new("e-1", "http://e-1:2380"), new("e-2", "http://e-2:2380")];

    /// <inheritdoc />
    public void Expand(in JoinWorld w, Successors<JoinWorld> into)
    {
        foreach (var (verb, possible) in Progress(w)) if (possible) Add(into, verb, w, hazard: false);
        if (w.HazardsLeft == 0) return;
        foreach (var hazard in scenario.HazardKinds) if (IsPossible(hazard, w)) Add(into, hazard, w, hazard: true);
    }

    /// <inheritdoc />
    public string Describe(in JoinWorld before, Move move, in JoinWorld after) =>
        (JoinVerb)move.Verb == JoinVerb.Step ? $"the agent: {after.Did}, because {Decide(before)}" : $"{(move.Hazard ? "hazard: " : "")}{(JoinVerb)move.Verb}";

    /// <inheritdoc />
    public string Describe(in JoinWorld w) =>
        $"{w.Stage}; disk {w.Disk}{(w.Disk == Disk.Whole ? $" of identity {w.DiskIdentity}, founding {w.DiskFounding}, revision {w.DiskRevision}" : "")}; backups {(w.StoreDown ? "do not answer" : $"reach {w.BackupRevision}")}; "
        + $"founding {w.Founding}, {(w.Quorum ? "quorum answers" : "no quorum")}, listed {w.Listed}{(w.ListedStarted ? " as one that ran" : "")}, recorded {w.Recorded}, told to {(MemberTask)w.Task}";

    (JoinVerb Verb, bool Possible)[] Progress(JoinWorld w) =>
    [
        (JoinVerb.Step, w.Stage == Stage.Looking),
        (JoinVerb.Publish, w.Stage == Stage.Started && (IsFounder(w) || (w.Quorum && IsMember(w)))),
        (JoinVerb.EtcdEnds, w.Stage == Stage.Started && !IsFounder(w) && w.Quorum && !IsMember(w)),
        (JoinVerb.Record, w.Stage == Stage.Published && (w.Recorded != w.DiskIdentity || w.LossReported)),
        (JoinVerb.Write, scenario.Alone && w.Stage == Stage.Published && w.DiskRevision < MostRevision),
        (JoinVerb.BackUp, scenario.Store && w.Stage == Stage.Published && !w.StoreDown && w.BackupRevision < (scenario.Alone ? w.DiskRevision : 1)),
        (JoinVerb.StoreReturns, w.StoreDown),
        (JoinVerb.QuorumReturns, !scenario.Alone && !w.Quorum && w.Founding > 0),
        (JoinVerb.OthersFound, !scenario.Alone && w.Founding == 0),
        (JoinVerb.OrderEnds, w.Stage == Stage.Published && (MemberTask)w.Task is MemberTask.Rebuild or MemberTask.Rejoin),
    ];

    // A single member is its own quorum, and so is one that founds its cluster anew.
    bool IsFounder(JoinWorld w) => scenario.Alone || w.Founding == 0 || (w.DiskFounding > w.Founding && w.DiskFounding != Foreign);

    static bool IsMember(JoinWorld w) => w.DiskIdentity == w.Listed && w.DiskFounding == w.Founding;

    static bool IsPossible(JoinVerb hazard, JoinWorld w) => hazard switch
    {
        JoinVerb.Crash => w.Stage is Stage.Started or Stage.Published,
        JoinVerb.StepFails => w.Stage == Stage.Looking,
        JoinVerb.VolumeLost => w.Disk != Disk.Empty,
        JoinVerb.DataDamaged => w.Disk == Disk.Whole,
        JoinVerb.OlderVolume => w is { Disk: Disk.Whole, DiskRevision: > 1 },
        JoinVerb.ForeignVolume => w.Disk == Disk.Whole,
        JoinVerb.StoreFails => !w.StoreDown,
        JoinVerb.QuorumFails => w.Quorum,
        JoinVerb.Removed => w is { Quorum: true, Listed: > 0 },
        JoinVerb.ToldToLeave => w is { Quorum: true, Listed: > 0 } && (MemberTask)w.Task == MemberTask.Serve,
        JoinVerb.ToldToRejoin => w is { Founding: 1, Quorum: false } && (MemberTask)w.Task == MemberTask.Serve,
        JoinVerb.ToldToRebuild => w is { Founding: 1, Quorum: false } && (MemberTask)w.Task == MemberTask.Serve && w.Recorded > 0,
        _ => false,
    };

    void Add(Successors<JoinWorld> into, JoinVerb verb, JoinWorld w, bool hazard)
    {
        w.Did = Did.Nothing;
        if (hazard) w.HazardsLeft--;
        switch (verb)
        {
            case JoinVerb.Step: Act(ref w, Decide(w)); break;
            case JoinVerb.Publish: Publish(ref w); break;
            case JoinVerb.EtcdEnds: w.Stage = Stage.Looking; break;
            case JoinVerb.Record: (w.Recorded, w.LossReported) = (w.DiskIdentity, false); break;
            case JoinVerb.Write: w.DiskRevision++; break;
            case JoinVerb.BackUp: w.BackupRevision++; break;
            case JoinVerb.StoreReturns: w.StoreDown = false; break;
            case JoinVerb.QuorumReturns: w.Quorum = true; break;
            case JoinVerb.OthersFound: (w.Founding, w.Quorum, w.Listed, w.ListedStarted) = (1, true, 1, false); break;
            case JoinVerb.OrderEnds: w.Task = (byte)MemberTask.Serve; break;
            case JoinVerb.Crash: w.Stage = Stage.Looking; break;
            case JoinVerb.VolumeLost: (w.Stage, w.Disk, w.DiskIdentity, w.DiskFounding, w.DiskRevision) = (Stage.Looking, Disk.Empty, 0, 0, 0); break;
            case JoinVerb.DataDamaged: (w.Stage, w.Disk, w.DiskIdentity, w.DiskFounding, w.DiskRevision) = (Stage.Looking, Disk.Broken, 0, 0, 0); break;
            case JoinVerb.OlderVolume: (w.Stage, w.DiskRevision) = (Stage.Looking, (byte)(w.DiskRevision - 1)); break;
            case JoinVerb.ForeignVolume: (w.Stage, w.DiskFounding) = (Stage.Looking, Foreign); break;
            case JoinVerb.StoreFails: w.StoreDown = true; break;
            case JoinVerb.QuorumFails: w.Quorum = false; break;
            case JoinVerb.Removed: Remove(ref w); break;
            case JoinVerb.ToldToLeave: Remove(ref w); w.Task = (byte)MemberTask.Leave; break;
            // Another one founds the cluster anew: it knows nothing of this member yet.
            case JoinVerb.ToldToRejoin: Remove(ref w); (w.Founding, w.Task) = (2, (byte)MemberTask.Rejoin); break;
            case JoinVerb.ToldToRebuild: (w.Stage, w.Task) = (w.Stage == Stage.Refused ? Stage.Refused : Stage.Looking, (byte)MemberTask.Rebuild); break;
        }
        into.Add(new Move(hazard ? (byte)63 : verb == JoinVerb.Step ? (byte)0 : (byte)verb, (byte)verb, 0, hazard), in w);
    }

    // etcd ends by itself once it hears that it is no member any more.
    static void Remove(ref JoinWorld w) => (w.Stage, w.Listed, w.ListedStarted) = (w.Stage == Stage.Refused ? Stage.Refused : Stage.Looking, 0, false);

    void Publish(ref JoinWorld w)
    {
        w.Stage = Stage.Published;
        (w.Listed, w.ListedStarted) = (w.DiskIdentity, true);
        if (w.DiskFounding > w.Founding && w.DiskFounding != Foreign) w.Founding = w.DiskFounding;
        if (!scenario.Alone) w.Quorum = true;
    }

    IAction Decide(JoinWorld w) => scenario.Machine.Fire(scenario.Machine.Initial, Observe(w)).Transitions.Single().Actions.Single();

    JoinObservation Observe(JoinWorld w) => new()
    {
        Name = "e-0",
        PeerUrls = [Url],
        Configured = scenario.Alone ? Single : Several,
        Data = w.Disk switch
        {
            Disk.Whole => new DataState.Of(new(w.DiskIdentity, w.DiskFounding)),
            Disk.Broken => new DataState.Unreadable("torn"),
            _ => new DataState.Absent(),
        },
        Cluster = !scenario.Alone && w.Quorum ? Cluster(w) : null,
        Record = new(w.Recorded > 0 ? $"{w.Recorded:x}" : null, (MemberTask)w.Task, w.LossReported),
        Revision = scenario.Alone && w.Disk == Disk.Whole ? w.DiskRevision : null,
        Backup = !scenario.Store ? new Backups.None() : w.StoreDown ? new Backups.Unknown("away") : w.BackupRevision > 0 ? new Backups.Reaches(w.BackupRevision) : new Backups.Empty(),
    };

    static ClusterMembers Cluster(JoinWorld w)
    {
        var members = new List<ClusterMember> { new() { ID = 100, Name = "e-1", PeerURLs = { Several[1].PeerUrl }, ClientURLs = { "http://e-1:2379" } } };
        if (w.Listed > 0)
        {
            var own = new ClusterMember { ID = w.Listed, Name = w.ListedStarted ? "e-0" : "", PeerURLs = { Url } };
            if (w.ListedStarted) own.ClientURLs.Add("http://e-0:2379");
            members.Add(own);
        }
        return new(w.Founding, members);
    }

    void Act(ref JoinWorld w, IAction action)
    {
        switch (action)
        {
            case JoinStep.Start { Initial: { ForceNew: true } }:
                (w.Stage, w.Did, w.DiskFounding) = (Stage.Started, Did.StartedAlone, 2);
                break;
            case JoinStep.Start when w.Disk == Disk.Whole:
                (w.Stage, w.Did) = (Stage.Started, Did.StartedWithData);
                break;
            case JoinStep.Start { Initial.Exists: true }:
                (w.Stage, w.Did, w.Disk, w.DiskIdentity, w.DiskFounding) = (Stage.Started, Did.StartedAsJoiner, Disk.Whole, w.Listed, w.Founding);
                break;
            case JoinStep.Start:
                var founding = (MemberTask)w.Task == MemberTask.Rebuild ? (byte)2 : (byte)1;
                (w.Stage, w.Did, w.Disk, w.DiskIdentity, w.DiskFounding, w.DiskRevision) = (Stage.Started, Did.StartedAsFounder, Disk.Whole, 1, founding, scenario.Alone ? (byte)1 : (byte)0);
                break;
            case JoinStep.PutDataAside:
                (w.Did, w.Disk, w.DiskIdentity, w.DiskFounding, w.DiskRevision) = (Did.PutAside, Disk.Empty, 0, 0, 0);
                break;
            case JoinStep.RestoreData:
                (w.Did, w.Disk, w.DiskIdentity, w.DiskFounding, w.DiskRevision) = (Did.Restored, Disk.Whole, 1, (MemberTask)w.Task == MemberTask.Rebuild ? (byte)2 : (byte)1, scenario.Alone ? w.BackupRevision : (byte)0);
                break;
            case JoinStep.ReportLoss:
                (w.Did, w.LossReported) = (Did.ReportedLoss, true);
                break;
            case JoinStep.RemoveLostIdentity:
                w.Did = Did.RemovedItself;
                (w.Listed, w.ListedStarted) = (0, false);
                break;
            case JoinStep.AddAsLearner:
                w.Did = Did.Joined;
                // Identities are never given again; beyond what is told apart here, only the last two matter.
                w.LastIdentity = (byte)(w.LastIdentity % MostIdentity + 1);
                if (w.LastIdentity == w.Recorded) w.LastIdentity = (byte)(w.LastIdentity % MostIdentity + 1);
                (w.Listed, w.ListedStarted) = (w.LastIdentity, false);
                break;
            case JoinStep.Refuse:
                (w.Stage, w.Did) = (Stage.Refused, Did.Refused);
                break;
            default:
                w.Did = Did.Waited;
                break;
        }
    }
}
