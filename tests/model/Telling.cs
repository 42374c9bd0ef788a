using System.Text;
using Druid.StateMachine.Checking;
using Druid.StateMachine.Etcd;

namespace Druid.Model;

/// <summary>Moves and states in words.</summary>
sealed class Telling(Scenario scenario, Brain brain)
{
    static readonly string[] CacheNames = ["Etcd", "StatefulSet", "other objects", "pods and volumes", "leases"];

    public string Of(in World before, Move move, in World after)
    {
        var who = move.Process switch
        {
            Process.Operator => "Operator",
            Process.SetController => "StatefulSet controller",
            Process.Late => "Deposed operator",
            Process.Leader => "Leader's agent",
            Process.Backup => "Backup",
            Process.Chance => "Hazard",
            >= Process.Storage and < Process.Clock => "Storage",
            >= Process.Network => "Network",
            >= Process.Agent => $"Agent {move.Process - Process.Agent}",
            >= Process.Kubelet => $"Kubelet of {move.Process - Process.Kubelet}",
            _ => "Cache",
        };
        return $"{who}: {What(in before, move, in after)}{(move.Hazard && move.Process == Process.Operator ? ", and dies before it notes that" : Stale(in before, in after))}";
    }

    string What(in World before, Move move, in World after)
    {
        var verb = (Verb)move.Verb;
        switch (move.Process)
        {
            case Process.Operator when verb is Verb.Decide or Verb.Record:
                var decision = brain.Reason(in before);
                return $"{(verb == Verb.Decide ? "decides" : "records")} {string.Join("; ", decision.Transitions.Select(t => $"{t.From} -> {t.To} as {t.Trigger}"))}";
            case Process.Operator when verb == Verb.Refuse:
                return $"is refused: {Action(brain.Decide(in before).Actions[before.Step - 1])}";
            case Process.Operator:
                return Action(brain.Decide(in before).Actions[before.Step - 1]);
            case Process.Late when verb != Verb.Drop:
                return $"late write arrives: {Action(before.Late.Action)}";
            case >= Process.Cache and < Process.Kubelet:
                return $"catches up: {CacheNames[move.Process - Process.Cache]}";
        }
        return verb switch
        {
            Verb.Depose => $"the operator is deposed with this write on its way: {Action(after.Late.Action)}",
            Verb.Scale => $"the user wants {move.Subject} members",
            Verb.ChangeTemplate => $"the user wants template {(Template)move.Subject}",
            Verb.TogglePeerTls => $"the user turns peer TLS {(after.Etcd.PeerTls ? "on" : "off")}",
            Verb.CrashBefore => "the operator dies, or the call fails",
            _ => HasSubject(verb) ? $"{Words(verb)} {move.Subject}" : Words(verb),
        };
    }

    static bool HasSubject(Verb verb) => verb is Verb.CreatePod or Verb.RollPod or Verb.GrowVolume or Verb.DeleteSurplus or Verb.Collect || Hazards.OfMembers.Contains(verb);

    /// <summary>A verb in words.</summary>
    public static string Words(Verb verb)
    {
        var words = new StringBuilder();
        foreach (var c in verb.ToString())
        {
            words.Append(char.IsUpper(c) && words.Length > 0 ? $" {char.ToLowerInvariant(c)}" : char.ToLowerInvariant(c));
        }
        return words.ToString();
    }

    static string Action(ActionCode a) => a.Verb switch
    {
        Verb.Apply => $"apply {(ComponentKind)a.Subject} for {a.First} members{((ComponentKind)a.Subject is ComponentKind.StatefulSet or ComponentKind.ConfigMap ? $", peer TLS {(Stage)(a.Second & 0xf)}, template {(Template)((a.Second >> 4) & 3)}" : "")}",
        Verb.DeleteComponent => $"delete {(ComponentKind)a.Subject}",
        Verb.AssignTask => $"tell {a.Subject} to {((MemberTask)a.First).ToString().ToLowerInvariant()}",
        Verb.MoveLeader => $"move leader from {a.Subject} to {a.First}",
        Verb.Delete => $"delete pod {a.Subject}",
        Verb.Evict => $"evict pod {a.Subject}",
        Verb.DeleteVolume or Verb.ExpandVolume or Verb.DeleteMemberLease or Verb.RemoveMember or Verb.ObserveGeneration => $"{Words(a.Verb)} {a.Subject}",
        _ => Words(a.Verb),
    };

    static string Stale(in World before, in World after)
    {
        if (after.Step > 0 || !after.Etcd.Exists)
        {
            return "";
        }
        var stale = new List<string>();
        if (!after.SeenEtcd.Equals(after.Etcd))
        {
            stale.Add(CacheNames[0]);
        }
        if (after.SeenSet != after.Set || after.SeenSetKnown != after.SetKnown)
        {
            stale.Add(CacheNames[1]);
        }
        if (after.SeenOwned != after.Owned)
        {
            stale.Add(CacheNames[2]);
        }
        for (var i = 0; i < World.MaxMembers; i++)
        {
            ref readonly var m = ref after.Members[i];
            if (m.SeenPod != m.Pod || m.SeenVolume != (m.Disk != Disk.None) || m.SeenCapacity != m.Capacity)
            {
                stale.Add($"{CacheNames[3]} {i}");
            }
            if (m.SeenLease != m.Lease || m.SeenPublished != m.Published)
            {
                stale.Add($"{CacheNames[4]} {i}");
            }
        }
        return stale.Count == 0 ? "" : $" [not seen yet: {string.Join(", ", stale)}]";
    }

    public string Of(in World w)
    {
        if (!w.Etcd.Exists)
        {
            return "the Etcd is gone";
        }
        var e = w.Etcd;
        var text = new StringBuilder();
        text.Append($"{scenario.Machine.Regions[0].Leaves[e.Lifecycle].Path}, {scenario.Machine.Regions[1].Leaves[e.Serving].Path}, {scenario.Machine.Regions[2].Leaves[e.Backup].Path}");
        text.Append($"; wanted {e.Wanted}/{e.Template}{(e.PeerTls ? "/TLS" : "")} generation {e.Generation} observed {e.Observed}");
        Flag(text, e.Larger, "larger volumes");
        Flag(text, w.Rolls, "controller rolls");
        Flag(text, e.Suspended, "suspended");
        Flag(text, e.Invalid, "invalid");
        Flag(text, e.Deleting, "deleting");
        Flag(text, e.ReconcileRequested, "reconcile requested");
        Flag(text, e.RecoveryAllowed, "recovery allowed");
        Flag(text, e.RuntimeDisabled, "runtime disabled");
        Flag(text, !e.Finalizer, "no finalizer");
        text.Append(w.Set.Exists ? $"; set {w.Set.Size}/{w.Set.Revision.Template}/{w.Set.Revision.Stage}{(w.Set == w.SetKnown ? "" : " not observed")}" : "; no set");
        if (w.Owned != new OwnedState(true, w.Set.Size, w.Set.Revision.Stage, true, w.Set.Size, Existence.There))
        {
            text.Append($"; config {(w.Owned.HasConfig ? $"{w.Owned.ConfigSize}/{w.Owned.ConfigStage}" : "none")}, budget {(w.Owned.HasBudget ? $"{w.Owned.BudgetSize}" : "none")}, others {w.Owned.Others}");
        }
        if (w.Backup is not { BeforeStop: 0, BeforeUpgrade: 0, InsteadOfJob: 0, Verified: 0, Job: 0, Deltas: 0, BackingOff: false })
        {
            var b = w.Backup;
            text.Append($"; before stop {(SnapshotRequest)b.BeforeStop}, before upgrade {(SnapshotRequest)b.BeforeUpgrade}, instead of job {(SnapshotRequest)b.InsteadOfJob}, verified {(SnapshotRequest)b.Verified}, job {(JobState)b.Job}, deltas {b.Deltas}{(b.BackingOff ? ", backing off" : "")}");
        }
        for (var i = 0; i < scenario.Members; i++)
        {
            Append(text, in w, i);
        }
        Flag(text, w.Step > 0, $"operator at action {w.Step}");
        Flag(text, w.Late != default, $"late write: {Action(w.Late.Action)}");
        return text.ToString();
    }

    static void Append(StringBuilder text, in World w, int i)
    {
        ref readonly var m = ref w.Members[i];
        text.Append($"; {i}:");
        if (m is { Pod.Phase: Phase.None, Disk: Disk.None, Seat: Seat.None, Lease.Exists: false })
        {
            text.Append(" nothing");
            return;
        }
        text.Append(m.Pod.Phase == Phase.None ? " no pod" : $" {(m.Pod.Ready ? "ready" : m.Pod.Phase.ToString().ToLowerInvariant())}");
        text.Append(m.Pod.Phase != Phase.None && m.Pod.Revision != w.Set.Revision ? $"({m.Pod.Revision.Template}/{m.Pod.Revision.Stage})" : "");
        text.Append(w.Leader - 1 == i ? " leader" : $" {m.Seat.ToString().ToLowerInvariant()}".Replace(" none", " no seat", StringComparison.Ordinal));
        text.Append($" disk {m.Disk.ToString().ToLowerInvariant()}{(m.Capacity == Capacity.First ? "" : $" {m.Capacity.ToString().ToLowerInvariant()}")}");
        text.Append(m.Lease.Exists ? m.Lease.Task == 0 ? "" : $" told to {((MemberTask)m.Lease.Task).ToString().ToLowerInvariant()}" : " no lease");
        text.Append(m.Trouble == Trouble.None ? "" : $" {m.Trouble.ToString().ToLowerInvariant()}");
        text.Append($" published {((Membership)m.Published).ToString().ToLowerInvariant()}{(m.Lease.Leads ? " leads" : "")}{(m.Lease.Lost ? " lost" : "")}{(m.Lease.Says == 0 ? "" : $" says {((Membership)m.Lease.Says).ToString().ToLowerInvariant()}")}");
        text.Append(m.Https ? " https" : "");
    }

    static void Flag(StringBuilder text, bool flag, string word) => text.Append(flag ? $"; {word}" : "");
}
