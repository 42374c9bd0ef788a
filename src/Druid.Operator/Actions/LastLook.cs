using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;

namespace Druid.Operator.Actions;

/// <summary>
/// Asks the API server itself, before a step that cannot be taken back, whether what is declared is still what the decision saw. Each
/// cache can be late by a time of its own, after a restart by a long one: a member that the newest lease knows of and an old
/// StatefulSet does not looks like one that has left.
/// </summary>
sealed class LastLook(KubernetesClient client, RecentWrites recent)
{
    /// <summary>Makes sure, where an action costs a member its pod, its place or its data, that the decision still holds.</summary>
    /// <exception cref="StaleViewException">It does not: something else is declared now. What was read is remembered, for the next decision.</exception>
    /// <exception cref="KubernetesException">The server could not be asked.</exception>
    public async Task Before(IAction action, ClusterObjects objects, CancellationToken cancel)
    {
        if (IsCostly(action, objects))
        {
            await At(objects.Etcd, objects.Etcd.Key, (now, seen) => IsSameDeclaration(now, seen) && SameAnnotations(now, seen), cancel);
            await At(objects.StatefulSet, objects.Etcd.Key with { Name = Names.StatefulSet(objects.Etcd) }, IsSameDeclaration, cancel);
        }
    }

    static bool IsCostly(IAction action, ClusterObjects objects) => action switch
    {
        RemoveMember or DeleteVolume or AssignTask { Task: not MemberTask.Serve } => true,
        ApplyComponent { Kind: ComponentKind.StatefulSet } apply => apply.Plan.Size < (objects.StatefulSet?.Spec?.Replicas ?? 0),
        _ => false,
    };

    async Task At<T>(T? seen, ObjectKey key, Func<T, T, bool> isSame, CancellationToken cancel) where T : class, IResource<T>
    {
        var now = await client.TryGet<T>(key, cancel);
        if (now?.Metadata.ResourceVersion == seen?.Metadata.ResourceVersion)
        {
            return;
        }
        if (now is not null)
        {
            recent.Remember(now);
        }
        else if (seen is not null)
        {
            recent.RememberGone(seen);
        }
        if (now is null || seen is null || !isSame(now, seen))
        {
            throw new StaleViewException($"{T.Type.Kind} {key} is not what it was when this was decided; it is looked at again.");
        }
    }

    // Of a status nothing here depends.
    static bool IsSameDeclaration<T>(T now, T seen) where T : class, IResource<T> =>
        now.Metadata.Uid == seen.Metadata.Uid && now.Metadata.Generation == seen.Metadata.Generation && now.IsBeingDeleted == seen.IsBeingDeleted;

    static bool SameAnnotations(Etcd now, Etcd seen) =>
        (now.Metadata.Annotations ?? None).Count == (seen.Metadata.Annotations ?? None).Count
        && (now.Metadata.Annotations ?? None).All(a => seen.Annotation(a.Key) == a.Value);

    static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();
}
