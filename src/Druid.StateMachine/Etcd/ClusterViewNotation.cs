using System.Collections.Immutable;
using System.Globalization;
using Druid.StateMachine.Replaying;

namespace Druid.StateMachine.Etcd;

/// <summary>
/// A view of a cluster as a line of text, with everything that decisions depend on: what the operator writes to its log with
/// each step, and what a replay decides on again.
/// </summary>
/// <remarks>
/// The owned objects are a letter a kind in the order of <see cref="ComponentKind"/>: Current, Missing, Edited, Behind, Going,
/// or a dash. Of errors in the spec only the number is kept, of differences nothing.
/// </remarks>
public static class ClusterViewNotation
{
    const string States = "CMEBG";

    static readonly ComponentKind[] Kinds = Enum.GetValues<ComponentKind>();

    /// <summary>Writes a view.</summary>
    public static string Write(ClusterView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var (backup, usual) = (view.Backup, new BackupView());
        return new NotationWriter()
            .Number("wanted", view.Wanted)
            .Text("plan", string.Create(CultureInfo.InvariantCulture, $"{view.Plan.Size}/{view.Plan.PeerTls}"))
            .Word("peer-tls", view.PeerTlsWanted)
            .Number("generation", view.Generation)
            .Number("observed", view.ObservedGeneration)
            .Word("deleting", view.DeletionRequested)
            .Word("suspended", view.Suspended)
            .Word("runtime-disabled", view.RuntimeDisabled)
            .Number("errors", view.SpecErrors.Length)
            .Word("held-back", !view.MayApply)
            .Word("reconcile", view.ReconcileRequested)
            .Word("finalizer", view.HasFinalizer)
            .Name("on-deletion", view.Policies.OnDeletion, VolumePolicy.Retain)
            .Name("on-scale-in", view.Policies.OnScaleIn, VolumePolicy.Delete)
            .Word("recovery-allowed", view.Policies.RecoveryAllowed)
            .Text("objects", Objects(view.Components))
            .Word("set-not-observed", !view.RevisionKnown)
            .Word("upgrades-etcd", view.UpgradesEtcd)
            .Word("claim-template-behind", view.ClaimTemplateBehind)
            .Word("controller-rolls", view.ControllerRolls)
            .Word("cannot-hand-over", view.CannotHandOver)
            .Word("eviction-refused", view.EvictionRefused)
            .Text("members", string.Join(',', view.Members.Select(Member)))
            .Word("store", backup.Configured)
            .Word("compaction", backup.CompactionEnabled)
            .Number("deltas", backup.DeltaRevisions)
            .Number("compact-at", backup.CompactAt, usual.CompactAt)
            .Number("snapshot-at", backup.SnapshotAt, usual.SnapshotAt)
            .Name("job", backup.Job)
            .Word("backing-off", backup.BackingOff)
            .Name("before-stop", backup.BeforeStop)
            .Name("before-upgrade", backup.BeforeUpgrade)
            .Name("instead-of-job", backup.InsteadOfJob)
            .Name("verified", backup.Verified)
            .ToString();
    }

    /// <summary>Reads a view back.</summary>
    /// <exception cref="FormatException">The text is no view, or one of another version of the operator.</exception>
    public static ClusterView Read(string text)
    {
        var reader = new NotationReader(text);
        var usual = new BackupView();
        var view = new ClusterView
        {
            Wanted = (int)reader.Number("wanted"),
            Plan = PlanOf(reader.Text("plan")),
            PeerTlsWanted = reader.Word("peer-tls"),
            Generation = reader.Number("generation"),
            ObservedGeneration = reader.Number("observed"),
            DeletionRequested = reader.Word("deleting"),
            Suspended = reader.Word("suspended"),
            RuntimeDisabled = reader.Word("runtime-disabled"),
            SpecErrors = [.. Enumerable.Repeat("", (int)reader.Number("errors"))],
            MayApply = !reader.Word("held-back"),
            ReconcileRequested = reader.Word("reconcile"),
            HasFinalizer = reader.Word("finalizer"),
            Policies = new()
            {
                OnDeletion = reader.Name("on-deletion", VolumePolicy.Retain),
                OnScaleIn = reader.Name("on-scale-in", VolumePolicy.Delete),
                RecoveryAllowed = reader.Word("recovery-allowed"),
            },
            Components = ObjectsOf(reader.Text("objects")),
            RevisionKnown = !reader.Word("set-not-observed"),
            UpgradesEtcd = reader.Word("upgrades-etcd"),
            ClaimTemplateBehind = reader.Word("claim-template-behind"),
            ControllerRolls = reader.Word("controller-rolls"),
            CannotHandOver = reader.Word("cannot-hand-over"),
            EvictionRefused = reader.Word("eviction-refused"),
            Members = [.. reader.Text("members").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(MemberOf)],
            Backup = new()
            {
                Configured = reader.Word("store"),
                CompactionEnabled = reader.Word("compaction"),
                DeltaRevisions = reader.Number("deltas"),
                CompactAt = reader.Number("compact-at", usual.CompactAt),
                SnapshotAt = reader.Number("snapshot-at", usual.SnapshotAt),
                Job = reader.Name<JobState>("job"),
                BackingOff = reader.Word("backing-off"),
                BeforeStop = reader.Name<SnapshotRequest>("before-stop"),
                BeforeUpgrade = reader.Name<SnapshotRequest>("before-upgrade"),
                InsteadOfJob = reader.Name<SnapshotRequest>("instead-of-job"),
                Verified = reader.Name<SnapshotRequest>("verified"),
            },
        };
        reader.End();
        return view;
    }

    static Plan PlanOf(string text) => text.Split('/') is [var size, var stage] && int.TryParse(size, CultureInfo.InvariantCulture, out var members)
        ? new(members, NotationReader.Named<PeerTls>(stage))
        : throw new FormatException($"'{text}' is no plan; one is like 3/On.");

    static string Objects(ImmutableArray<ComponentView> components) => components.IsEmpty ? "" : string.Concat(
        Kinds.Select(kind => components.FirstOrDefault(c => c.Kind == kind) is { } component ? States[(int)component.State] : '-'));

    static ImmutableArray<ComponentView> ObjectsOf(string letters)
    {
        if (letters.Length > 0 && (letters.Length != Kinds.Length || letters.Any(c => c != '-' && !States.Contains(c, StringComparison.Ordinal))))
        {
            throw new FormatException($"'{letters}' are not the states of {Kinds.Length} kinds of objects; each is one of {States} or a dash.");
        }
        return [.. letters.Index().Where(l => l.Item != '-')
            .Select(l => new ComponentView(Kinds[l.Index], (ComponentState)States.IndexOf(l.Item, StringComparison.Ordinal)))];
    }

    static string Member(MemberView m)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{m.Ordinal}:{m.Pod}/{m.Membership}");
        text += m.Task == MemberTask.Serve ? "" : $"/{m.Task}";
        return text + Flag("leads", m.Leads) + Flag("outdated", m.Outdated) + Flag("lost", m.DataLost)
            + Flag("small-volume", m.Volume == VolumeState.TooSmall) + Flag("growing-volume", m.Volume == VolumeState.Growing) + Flag("no-lease", !m.HasLease) + Flag("no-volume", !m.HasVolume);
    }

    static string Flag(string word, bool holds) => holds ? $"/{word}" : "";

    static MemberView MemberOf(string text)
    {
        if (text.Split(':', '/') is not [var ordinal, var pod, var membership, .. var more] || !int.TryParse(ordinal, CultureInfo.InvariantCulture, out var number))
        {
            throw new FormatException($"'{text}' is no member; one is like 0:Ready/Voter.");
        }
        var words = more.ToHashSet();
        var member = new MemberView
        {
            Ordinal = number,
            Pod = NotationReader.Named<PodState>(pod),
            Membership = NotationReader.Named<Membership>(membership),
            Leads = words.Remove("leads"),
            Outdated = words.Remove("outdated"),
            DataLost = words.Remove("lost"),
            Volume = words.Remove("small-volume") ? VolumeState.TooSmall : words.Remove("growing-volume") ? VolumeState.Growing : VolumeState.Fits,
            HasLease = !words.Remove("no-lease"),
            HasVolume = !words.Remove("no-volume"),
        };
        return words.Count switch
        {
            0 => member,
            1 => member with { Task = NotationReader.Named<MemberTask>(words.Single()) },
            _ => throw new FormatException($"'{text}': '{string.Join('/', words)}' is not known of a member."),
        };
    }
}
