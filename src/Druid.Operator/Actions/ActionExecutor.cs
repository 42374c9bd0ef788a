using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Operator.Agents;
using Druid.Operator.Components;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;

namespace Druid.Operator.Actions;

/// <summary>
/// Gives actions their effect, in order and the independent ones together, and goes on no further once one fails. Every effect can be repeated: a process that
/// dies in between leaves nothing that the next one could not take up.
/// </summary>
public sealed class ActionExecutor(KubernetesClient client, ClusterObserver observer, AgentClient agents, AgentDesk desk, RecentWrites recent)
{
    readonly VolumeActions volumes = new(client, recent);
    readonly LastLook lastLook = new(client, recent);

    /// <summary>The field manager of everything that this operator applies.</summary>
    public const string FieldManager = "druid";

    /// <summary>Whether an action is short and an agent's to take: it goes on beside the reconciles, and agents tell of its effect.</summary>
    public static bool IsAskedOfAgent(IAction action) => action is MoveLeader or RemoveMember;

    /// <summary>Carries out the actions of one decision.</summary>
    /// <param name="decision">What is to be done.</param>
    /// <param name="objects">The cluster as the decision saw it.</param>
    /// <param name="cancel">Ends the work between two actions.</param>
    /// <returns>What was done and what failed. Only cancellation is thrown.</returns>
    public async Task<RunOutcome> Execute(Decision decision, ClusterObjects objects, CancellationToken cancel)
    {
        var done = ImmutableArray.CreateBuilder<IAction>();
        // An answer counts for the decision that is still the same when it comes, and for no later one.
        desk.Drop(objects.Etcd, except: decision.Actions);
        foreach (var batch in Batches(decision))
        {
            if (batch is [var first] && IsAskedOfAgent(first) && await desk.IsUnderWay(objects.Etcd, first, stop => Ask(first, objects, stop)))
            {
                return new(done.ToImmutable(), null) { Awaits = first };
            }
            var failures = await Task.WhenAll(batch.Select(action => Attempt(action, objects, cancel)));
            done.AddRange(batch.Where((_, i) => failures[i] is null));
            if (failures.FirstOrDefault(f => f is not null) is { } failure)
            {
                return new(done.ToImmutable(), failure);
            }
        }
        return new(done.ToImmutable(), null);
    }

    // One action after the other, but objects that do not depend on each other take one round trip together, not ten.
    static IEnumerable<IReadOnlyList<IAction>> Batches(Decision decision)
    {
        var batch = new List<IAction>();
        foreach (var action in decision.Actions.Where(a => a is not Wait))
        {
            if (batch.Count > 0 && !StandsAlone(action))
            {
                batch.Add(action);
                continue;
            }
            if (batch.Count > 0)
            {
                yield return batch;
            }
            batch = [action];
            if (StandsAlone(action))
            {
                yield return batch;
                batch = [];
            }
        }
        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    // Pods read what the other components hold, so the StatefulSet goes last; a binding is refused before its role is there.
    static bool StandsAlone(IAction action) => action is not (ApplyComponent { Kind: not (ComponentKind.StatefulSet or ComponentKind.RoleBinding) } or DeleteComponent);

    async Task<ActionFailure?> Attempt(IAction action, ClusterObjects objects, CancellationToken cancel)
    {
        try
        {
            // Of an agent it was asked already; this is the answer.
            if (!IsAskedOfAgent(action))
            {
                await lastLook.Before(action, objects, cancel);
            }
            await Execute(action, objects, cancel);
            return null;
        }
        catch (KubernetesException error)
        {
            return new(action, error, error.RetryAfter);
        }
        catch (Exception error) when (error is AgentException or StaleViewException)
        {
            return new(action, error);
        }
    }

    Task Execute(IAction action, ClusterObjects objects, CancellationToken cancel) => action switch
    {
        AddFinalizer => SetFinalizer(objects.Etcd, present: true, cancel),
        RemoveFinalizer => SetFinalizer(objects.Etcd, present: false, cancel),
        AcknowledgeReconcile => PatchEtcd(objects.Etcd, new() { ["annotations"] = new JsonObject { [Annotations.Operation] = null, [Annotations.LegacyOperation] = null } }, cancel),
        // Part of the status, which is recorded once a reconcile is done.
        ObserveGeneration => Task.CompletedTask,
        ApplyComponent apply => Apply(apply, objects, cancel),
        DeleteComponent delete => Delete(ComponentObserver.OfKind(delete.Kind, objects), cancel),
        DeletePod delete => DeletePod(delete, objects, cancel),
        DeleteVolume delete => client.Delete<PersistentVolumeClaim>(Key(objects, Names.VolumeClaim(objects.Etcd, delete.Ordinal)), Uid(objects.Claims.GetValueOrDefault(Names.VolumeClaim(objects.Etcd, delete.Ordinal))), cancel),
        DeleteMemberLease delete => Delete(objects.MemberLease(delete.Ordinal) is { } lease ? [lease] : [], cancel),
        AssignTask assign => Assign(assign, objects, cancel),
        _ when IsAskedOfAgent(action) => desk.Answer(objects.Etcd, action),
        RequestFullSnapshot request => Ask(objects, request.Purpose switch
        {
            SnapshotPurpose.BeforeStop => RequestPurpose.BeforeStop,
            SnapshotPurpose.BeforeUpgrade => RequestPurpose.BeforeUpgrade,
            _ => RequestPurpose.InsteadOfJob,
        }),
        VerifySnapshot => Ask(objects, RequestPurpose.Verification),
        ExpandVolume expand => volumes.Expand(objects, expand.Ordinal, cancel),
        OrphanStatefulSet => volumes.Orphan(objects, cancel),
        StartCompactionJob => StartCompaction(objects, cancel),
        DeleteCompactionJob => DeleteCompaction(objects, cancel),
        _ => throw new InvalidOperationException($"The action '{action}' has no effect here; add it to {nameof(ActionExecutor)}."),
    };

    async Task Apply(ApplyComponent apply, ClusterObjects objects, CancellationToken cancel)
    {
        var context = observer.Context(objects, apply.Plan);
        await Task.WhenAll(ComponentObserver.ToWrite(apply.Kind, objects, context).Select(async rendered =>
        {
            var live = objects.Owned.GetValueOrDefault(new(rendered.Kind, rendered.Metadata.Name));
            if (rendered is StatefulSet wanted && live is StatefulSet there && (there.IsBeingDeleted || FixedFields.Difference(wanted, there) is not null))
            {
                // It is applied once it is seen to be gone; its pods run on.
                await volumes.Orphan(objects, cancel);
                return;
            }
            recent.Remember(await Rendered.Visit(rendered, new Applying(client, Takeover.IsNeeded(live), cancel)));
        }));
        foreach (var surplus in ComponentObserver.Surplus(apply.Kind, objects, context).ToList())
        {
            await Delete([surplus], cancel);
            recent.RememberGone(surplus);
        }
    }

    static async Task Each(IEnumerable<Task> tasks)
    {
        foreach (var task in tasks)
        {
            await task;
        }
    }

    Task Delete(IEnumerable<IResource> resources, CancellationToken cancel) => Each(resources.Select(r =>
        r is StatefulSet { IsBeingDeleted: true } going ? volumes.Release(going, cancel)
        : r.IsBeingDeleted ? Task.CompletedTask
        : Rendered.Visit(r, new Deleting(client, cancel))));

    async Task DeletePod(DeletePod delete, ClusterObjects objects, CancellationToken cancel)
    {
        if (objects.Pods.GetValueOrDefault(Names.Pod(objects.Etcd, delete.Ordinal)) is not { } pod)
        {
            return;
        }
        if (delete.Evict)
        {
            // The server takes an eviction off the budget by the pod's name before it looks at the uid, and gives it back after two
            // minutes only. So a pod that a late cache still shows is not evicted: that would hold up its successor.
            if ((await client.TryGet<PodOutline>(pod.Key, cancel))?.Metadata.Uid != pod.Metadata.Uid)
            {
                return;
            }
            await client.Evict(pod.Key, new() { Uid = pod.Metadata.Uid }, cancel);
        }
        else
        {
            await client.Delete<PodOutline>(pod.Key, new() { Uid = pod.Metadata.Uid, ResourceVersion = pod.Metadata.ResourceVersion }, cancel);
        }
    }

    async Task Assign(AssignTask assign, ClusterObjects objects, CancellationToken cancel)
    {
        JsonNode? task = assign.Task == MemberTask.Serve ? null : assign.Task.ToString().ToLowerInvariant();
        recent.Remember(await client.Patch<Lease>(Key(objects, Names.MemberLease(objects.Etcd, assign.Ordinal)), PatchKind.Merge,
            new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [AgentAnnotations.Task] = task } } }, cancel: cancel));
    }

    // Beside the reconciles: an agent that does not answer must not keep other clusters waiting.
    async Task Ask(IAction action, ClusterObjects objects, CancellationToken stop)
    {
        await lastLook.Before(action, objects, stop);
        await (action switch
        {
            MoveLeader move => HandOver(move, objects, stop),
            RemoveMember remove => Remove(remove, objects, stop),
            _ => throw new InvalidOperationException($"'{action}' is nothing to ask an agent for."),
        });
    }

    // Handing over spares clients an election. An agent that does not know how is no reason not to go on without it.
    async Task HandOver(MoveLeader move, ClusterObjects objects, CancellationToken cancel)
    {
        try
        {
            await agents.MoveLeader(objects, move.From, move.To, cancel);
        }
        catch (AgentException error) when (error.IsUnknownRequest && objects.Pods.GetValueOrDefault(Names.Pod(objects.Etcd, move.From)) is { } pod)
        {
            desk.NoHandover(objects.Etcd, pod);
        }
    }

    async Task Remove(RemoveMember remove, ClusterObjects objects, CancellationToken cancel)
    {
        try
        {
            await agents.RemoveMember(objects, remove.Ordinal, cancel);
        }
        catch (AgentException error) when (error.IsUnknownRequest)
        {
            throw new AgentException($"Member {remove.Ordinal} cannot leave: the agents of {objects.Etcd.Key} are not Druid's and cannot remove members. "
                + "Let the members run Druid's image (spec.backup.image, or the operator's image vector), or raise spec.replicas again.", error);
        }
    }

    Task Ask(ClusterObjects objects, RequestPurpose purpose)
    {
        desk.Ask(objects, purpose);
        return Task.CompletedTask;
    }

    async Task StartCompaction(ClusterObjects objects, CancellationToken cancel)
    {
        // One of ours from before a crash is refused as existing, and seen at the next look.
        recent.Remember(await client.Create(CompactionJob.Render(observer.CompactionContext(objects)), cancel));
    }

    // In the foreground: as long as its pod runs, so does the compaction, and no other may begin.
    async Task DeleteCompaction(ClusterObjects objects, CancellationToken cancel)
    {
        if (BackupObserver.CompactionJobOf(objects) is { IsBeingDeleted: false } job)
        {
            await client.Delete<Job>(job.Key, new() { Uid = job.Metadata.Uid, Propagation = Propagation.Foreground }, cancel);
        }
    }

    async Task SetFinalizer(Etcd etcd, bool present, CancellationToken cancel)
    {
        if (await client.SetFinalizer(etcd, Finalizers.Etcd, present, cancel) is { } written)
        {
            recent.Remember(written);
        }
    }

    async Task PatchEtcd(Etcd etcd, JsonObject metadata, CancellationToken cancel) =>
        recent.Remember(await client.Patch<Etcd>(etcd.Key, PatchKind.Merge, new JsonObject { ["metadata"] = metadata }, cancel: cancel));

    static ObjectKey Key(ClusterObjects objects, string name) => new(objects.Etcd.Metadata.Namespace ?? "", name);

    static DeleteOptions? Uid(PersistentVolumeClaim? claim) => claim is null ? null : new() { Uid = claim.Metadata.Uid };

    sealed class Applying(KubernetesClient client, bool takeOver, CancellationToken cancel) : IRenderedVisitor<Task<IResource>>
    {
        public async Task<IResource> Visit<T>(T resource, Func<ObjectMeta, T> with) where T : class, IResource<T>
        {
            if (takeOver) await Takeover.Of<T>(client, resource.Key, FieldManager, cancel);
            return await client.Apply(resource, FieldManager, cancel: cancel);
        }
    }

    sealed class Deleting(KubernetesClient client, CancellationToken cancel) : IRenderedVisitor<Task>
    {
        public Task Visit<T>(T resource, Func<ObjectMeta, T> with) where T : class, IResource<T> =>
            client.Delete<T>(resource.Key, new() { Uid = resource.Metadata.Uid, Propagation = Propagation.Background }, cancel);
    }
}
