using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Actions;
using Druid.Operator.Agents;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;

namespace Druid.Operator.Health;

/// <summary>What one reconcile found, decided and did.</summary>
/// <param name="Objects">The cluster at the end of it.</param>
/// <param name="View">The same as the machine saw it.</param>
/// <param name="Reached">The configuration that was reached.</param>
/// <param name="Steps">The transitions on the way, oldest first.</param>
/// <param name="Outcome">What was done, and what failed.</param>
/// <param name="RunId">What the log lines of this reconcile have in common.</param>
public sealed record Reconciled(
    ClusterObjects Objects, ClusterView View, MachineConfiguration Reached, IReadOnlyList<Transition> Steps, RunOutcome Outcome, string RunId)
{
    /// <summary>There is more to do at once.</summary>
    public bool Unfinished { get; init; }

    /// <summary>The compaction that ended; null when none did.</summary>
    public CompactionEnd? Compaction { get; init; }

    /// <summary>The status that the server had when all this was found; null where nobody asks.</summary>
    public EtcdStatus? Basis { get; init; }
}

/// <summary>Makes the status of an Etcd. Pure; it equals the status before when there is nothing new to say.</summary>
public static class StatusBuilder
{
    /// <summary>The status to record.</summary>
    public static EtcdStatus Build(Reconciled run, MemberThresholds thresholds, DateTimeOffset now)
    {
        var etcd = run.Objects.Etcd;
        var before = etcd.Status;
        var statefulSet = run.Objects.StatefulSet;
        var members = MemberHealthCheck.Check(run.Objects, run.View.Size, thresholds, now).ToList();
        var observed = run.Outcome.Done.OfType<ObserveGeneration>().LastOrDefault()?.Generation ?? before.ObservedGeneration;
        var findings = ConditionChecks.Run(new(run.Objects, run.View, members))
            .Append(Accepted(run.View))
            .Append(BackupHealth.Check(run.Objects, run.View.Size, now))
            .Append(run.Compaction?.Finding)
            .Append(BootstrapHealth.Check(etcd, run.View))
            .OfType<Finding>();
        return before with
        {
            ObservedGeneration = observed,
            Etcd = statefulSet is null ? before.Etcd : new() { ApiVersion = StatefulSet.Type.ApiVersion, Kind = StatefulSet.Type.Kind, Name = statefulSet.Metadata.Name },
            Conditions = ConditionChecks.Merge(StillMeant(before.Conditions, run.View), findings, now),
            Members = members,
            BootstrapWithExistingCluster = BootstrapHealth.Record(etcd, run.View, now),
            Replicas = statefulSet?.Status?.Replicas ?? 0,
            CurrentReplicas = statefulSet?.Status?.CurrentReplicas ?? 0,
            ReadyReplicas = statefulSet?.Status?.ReadyReplicas ?? 0,
            Ready = IsReady(run, etcd, statefulSet),
            Selector = $"{Labels.ManagedBy}={Labels.Manager},{Labels.PartOf}={etcd.Metadata.Name}",
            PeerUrlTlsEnabled = PeerTlsOf(run, members) ?? before.PeerUrlTlsEnabled,
            LastErrors = ErrorsOf(run, before.LastErrors, now),
            LastOperation = OperationOf(run, observed, now),
            Lifecycle = LifecycleRecord.Write(before.Lifecycle, run.Reached, run.Steps, WaitsOf(run.Steps), etcd.Metadata.Generation ?? 0, now),
        };
    }

    // Of a cluster without a store nobody asks how its backups are.
    static IReadOnlyList<EtcdCondition> StillMeant(IReadOnlyList<EtcdCondition> conditions, ClusterView view) => view.Backup.Configured
        ? conditions
        : [.. conditions.Where(c => c.Type is not (ConditionType.BackupReady or ConditionType.LastSnapshotCompactionSucceeded))];

    static Finding Accepted(ClusterView view) => view.SpecErrors.IsEmpty
        ? new(SpecAccepted, ConditionStatus.True, "Valid", "The spec can be acted on.")
        : new(SpecAccepted, ConditionStatus.False, "Invalid", string.Join(" ", view.SpecErrors));

    /// <summary>The condition that says whether the spec can be acted on. Ours; the contract has no such condition.</summary>
    public const string SpecAccepted = nameof(SpecAccepted);

    static bool IsReady(Reconciled run, Etcd etcd, StatefulSet? statefulSet) =>
        statefulSet?.Status is { } status && run.View.RevisionKnown
        && status.ReadyReplicas.GetValueOrDefault() == (etcd.RunsMembers() ? etcd.Spec.Replicas : 0)
        && status.Replicas.GetValueOrDefault() == status.ReadyReplicas.GetValueOrDefault()
        && run.View.Count(m => m.Outdated) == 0;

    static bool? PeerTlsOf(Reconciled run, List<MemberStatus> members) => members.Count == 0
        ? null
        : members.TrueForAll(m => run.Objects.Find<Lease>(m.Name)?.Annotation(Annotations.MemberTlsEnabled) == "true");

    static IReadOnlyList<LastError> ErrorsOf(Reconciled run, IReadOnlyList<LastError> before, DateTimeOffset now)
    {
        var errors = run.View.SpecErrors.Select(e => new LastError { Code = "ERR_INVALID_SPEC", Description = e, ObservedAt = now }).ToList();
        if (run.Outcome.Awaits is { } awaited)
        {
            // Until the next answer, the last one stands.
            errors.AddRange(before.Where(e => e.Code == ActionFailure.CodeOf(awaited)));
        }
        if (run.Outcome.Failure is { } failure)
        {
            errors.Add(new() { Code = failure.Code, Description = failure.Error.Message, ObservedAt = now });
        }
        errors.AddRange(
            from request in run.Objects.Agents.Requests
            where request.Value.Error is not null
            select new LastError { Code = request.Key == RequestPurpose.Verification ? "ERR_VERIFY_SNAPSHOT" : "ERR_CREATE_SNAPSHOT", Description = request.Value.Error ?? "", ObservedAt = now });
        return [.. errors.Select(e => before.FirstOrDefault(b => b.Code == e.Code && b.Description == e.Description) ?? e)];
    }

    static LastOperation OperationOf(Reconciled run, long? observed, DateTimeOffset now)
    {
        var etcd = run.Objects.Etcd;
        var type = run.View.DeletionRequested ? OperationType.Delete
            : etcd.Status.ObservedGeneration is null ? OperationType.Create
            : OperationType.Reconcile;
        var state = run.Outcome.Failure is not null || StillFails(run) || !run.View.SpecErrors.IsEmpty || Blocked(run) ? OperationState.Error
            : !run.View.DeletionRequested && observed == etcd.Metadata.Generation ? OperationState.Succeeded
            : OperationState.Processing;
        if (etcd.Status.LastOperation is { Type: OperationType.Create, State: OperationState.Succeeded } && type == OperationType.Reconcile && observed == etcd.Status.ObservedGeneration && state == OperationState.Succeeded)
        {
            type = OperationType.Create;
        }
        var place = EtcdLifecycle.Machine.At(run.Reached, EtcdLifecycle.Lifecycle);
        var description = StillFails(run) && etcd.Status.LastOperation is { State: OperationState.Error } failed ? failed.Description : run.Outcome.Failure is { } failure ? $"{place.Path}: {failure.Error.Message}" : $"{place.Path}: {place.Meaning}";
        return etcd.Status.LastOperation is { } last && last.Type == type && last.State == state && last.Description == description
            ? last
            : new() { Type = type, State = state, RunId = run.RunId, Description = description, LastUpdateTime = now };
    }

    // What failed the last time is under way again.
    static bool StillFails(Reconciled run) =>
        run.Outcome.Awaits is { } awaited && run.Objects.Etcd.Status.LastErrors.Any(e => e.Code == ActionFailure.CodeOf(awaited));

    // A compaction that fails holds nothing up; what the lifecycle itself asked for does.
    static bool Blocked(Reconciled run) =>
        run.Objects.Agents.Requests.Any(request => request is { Key: not RequestPurpose.InsteadOfJob, Value.Error: not null });

    static Dictionary<string, string> WaitsOf(IReadOnlyList<Transition> steps) => steps
        .GroupBy(t => t.Region)
        .Select(g => (Region: g.Key, Reason: g.Last().Actions.OfType<Wait>().FirstOrDefault()?.Reason))
        .Where(x => x.Reason is not null)
        .ToDictionary(x => x.Region, x => x.Reason!);
}
