using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;
using Druid.Operator.Actions;
using Druid.Operator.Components;
using Druid.Operator.Observers;

namespace Druid.Operator.Controllers;

/// <summary>
/// Everything that the operator reads, kept up to date by watches: at rest nothing else is asked of the API server. Only
/// objects that carry the managed-by label are followed, and of pods and secrets only what is looked at is kept.
/// </summary>
public sealed class ClusterCache
{
    const string Managed = $"{Labels.ManagedBy}={Labels.Manager}";

    readonly RecentWrites recent;
    readonly Comparisons comparisons = new();
    readonly Declarations declarations = new();
    readonly TimeProvider time;
    readonly List<Func<CancellationToken, Task>> runs = [];
    readonly List<Func<ObjectKey, IEnumerable<IResource>>> owned = [];
    // Every member renews its lease every ten seconds, and hardly ever says anything new by it.
    static readonly TimeSpan LeaseNews = TimeSpan.FromMilliseconds(100);

    readonly List<Action> disposals = [];
    readonly StoreIndex<PodOutline> podsByCluster;
    readonly StoreIndex<PersistentVolumeClaim> claimsByCluster;
    readonly StoreIndex<Etcd> etcdsBySecret;
    readonly StoreIndex<EtcdCopyBackupsTask> copyTasksBySecret;
    readonly StoreIndex<EtcdOpsTask> opsTasksByEtcd;

    /// <summary>A cache; <see cref="Run"/> fills it.</summary>
    public ClusterCache(KubernetesClient client, RecentWrites recent, IRuntimeObserver observer, TimeProvider? time = null)
    {
        this.recent = recent;
        this.time = time ?? TimeProvider.System;
        Etcds = Follow<Etcd>(client, observer, selector: null);
        Secrets = Follow<Partial<Secret>>(client, observer, selector: null, trim: s => new(NameOnly(s.Metadata)));
        Pods = Follow<PodOutline>(client, observer, Managed);
        Claims = Follow<PersistentVolumeClaim>(client, observer, Managed);
        StatefulSets = FollowOwned<StatefulSet>(client, observer);
        Leases = FollowOwned<Lease>(client, observer, gather: LeaseNews);
        ConfigMaps = FollowOwned<ConfigMap>(client, observer);
        Services = FollowOwned<Service>(client, observer);
        ServiceAccounts = FollowOwned<ServiceAccount>(client, observer);
        Roles = FollowOwned<Role>(client, observer);
        RoleBindings = FollowOwned<RoleBinding>(client, observer);
        Budgets = FollowOwned<PodDisruptionBudget>(client, observer);
        Jobs = FollowOwned<Job>(client, observer);
        CopyTasks = Follow<EtcdCopyBackupsTask>(client, observer, selector: null);
        OpsTasks = Follow<EtcdOpsTask>(client, observer, selector: null);
        etcdsBySecret = Etcds.Store.Index(etcd => SpecErrors.References(etcd).Select(r => $"{etcd.Metadata.Namespace}/{r.Secret}").Distinct());
        copyTasksBySecret = CopyTasks.Store.Index(task => CopyTaskObserver.References(task).Select(r => $"{task.Metadata.Namespace}/{r.Secret}").Distinct());
        opsTasksByEtcd = OpsTasks.Store.Index(task => [$"{task.Metadata.Namespace}/{task.Spec.EtcdName}"]);
        podsByCluster = Pods.Store.Index(Indexes.Label(Labels.PartOf));
        claimsByCluster = Claims.Store.Index(Indexes.Label(Labels.PartOf));
    }

    /// <summary>The declarations.</summary>
    public Reflector<Etcd> Etcds { get; }

    /// <summary>Names of all secrets; nothing of their content is read.</summary>
    public Reflector<Partial<Secret>> Secrets { get; }

    /// <summary>The members' pods.</summary>
    public Reflector<PodOutline> Pods { get; }

    /// <summary>The members' volume claims.</summary>
    public Reflector<PersistentVolumeClaim> Claims { get; }

    /// <summary>The clusters' StatefulSets.</summary>
    public Reflector<StatefulSet> StatefulSets { get; }

    /// <summary>Member and snapshot leases.</summary>
    public Reflector<Lease> Leases { get; }

    /// <summary>The clusters' configurations.</summary>
    public Reflector<ConfigMap> ConfigMaps { get; }

    /// <summary>Client and peer services.</summary>
    public Reflector<Service> Services { get; }

    /// <summary>The members' identities.</summary>
    public Reflector<ServiceAccount> ServiceAccounts { get; }

    /// <summary>The members' permissions.</summary>
    public Reflector<Role> Roles { get; }

    /// <summary>The bindings of the members' permissions.</summary>
    public Reflector<RoleBinding> RoleBindings { get; }

    /// <summary>The clusters' disruption budgets.</summary>
    public Reflector<PodDisruptionBudget> Budgets { get; }

    /// <summary>Jobs of compactions and of copy tasks.</summary>
    public Reflector<Job> Jobs { get; }

    /// <summary>Tasks that copy backups.</summary>
    public Reflector<EtcdCopyBackupsTask> CopyTasks { get; }

    /// <summary>Tasks that do something to a cluster once.</summary>
    public Reflector<EtcdOpsTask> OpsTasks { get; }

    /// <summary>Completes once everything has been read for the first time.</summary>
    public Task Synced => Task.WhenAll(
        Etcds.Synced, Secrets.Synced, Pods.Synced, Claims.Synced, StatefulSets.Synced, Leases.Synced, ConfigMaps.Synced, Services.Synced,
        ServiceAccounts.Synced, Roles.Synced, RoleBindings.Synced, Budgets.Synced, Jobs.Synced, CopyTasks.Synced, OpsTasks.Synced);

    /// <summary>Follows the server until cancelled.</summary>
    public async Task Run(CancellationToken cancel)
    {
        try
        {
            // None ends before it is cancelled; if one does all the same, its error is ours.
            await await Task.WhenAny(runs.Select(run => run(cancel)));
        }
        finally
        {
            disposals.ForEach(dispose => dispose());
        }
    }

    /// <summary>All that is known of a cluster, this process's own latest writes included; null when the Etcd is not there.</summary>
    public ClusterObjects? Find(ObjectKey key)
    {
        if (FindEtcd(key) is not { } etcd)
        {
            return null;
        }
        var group = $"{key.Namespace}/{key.Name}";
        var objects = owned.SelectMany(of => of(key)).ToDictionary(o => new OwnedKey(o.Kind, o.Metadata.Name));
        foreach (var written in recent.Of(key).Where(o => o is not Etcd))
        {
            objects.TryAdd(new(written.Kind, written.Metadata.Name), written);
        }
        return new ClusterObjects
        {
            Etcd = etcd,
            At = time.GetUtcNow(),
            Comparisons = comparisons,
            Declarations = declarations,
            Owned = objects,
            Pods = podsByCluster[group].ToDictionary(p => p.Metadata.Name),
            Claims = claimsByCluster[group].ToDictionary(c => c.Metadata.Name),
            Secrets = SpecErrors.References(etcd).Select(r => r.Secret!).Where(name => Secrets.Store.Get(key with { Name = name }) is not null).ToHashSet(),
        };
    }

    /// <summary>The Etcd of this name; null when there is none.</summary>
    public Etcd? FindEtcd(ObjectKey key) => recent.Newer(Etcds.Store.Get(key), key);

    /// <summary>A copy task and what there is of it; null when there is no such task.</summary>
    internal CopyTaskObjects? FindCopyTask(ObjectKey key)
    {
        if (recent.Newer(CopyTasks.Store.Get(key), key) is not { } task)
        {
            return null;
        }
        var jobKey = key with { Name = Names.CopyJob(task) };
        var job = recent.Newer(Jobs.Store.Get(jobKey), jobKey);
        return new(task, job?.IsControlledBy(task) == true ? job : null,
            CopyTaskObserver.References(task).Select(r => r.Secret).Where(name => Secrets.Store.Get(key with { Name = name }) is not null).ToHashSet());
    }

    /// <summary>The ops task of this name; null when there is none.</summary>
    public EtcdOpsTask? FindOpsTask(ObjectKey key) => recent.Newer(OpsTasks.Store.Get(key), key);

    /// <summary>The other ops tasks for an Etcd.</summary>
    public IReadOnlyList<EtcdOpsTask> OpsTasksOf(ObjectKey etcd, string except) =>
        [.. opsTasksByEtcd[$"{etcd.Namespace}/{etcd.Name}"].Where(t => t.Metadata.Name != except).Select(t => FindOpsTask(t.Key)).OfType<EtcdOpsTask>()];

    /// <summary>The Etcds that name a secret.</summary>
    public IReadOnlyList<Etcd> EtcdsNaming(ObjectKey secret) => etcdsBySecret[$"{secret.Namespace}/{secret.Name}"];

    /// <summary>The copy tasks that name a secret.</summary>
    public IReadOnlyList<EtcdCopyBackupsTask> CopyTasksNaming(ObjectKey secret) => copyTasksBySecret[$"{secret.Namespace}/{secret.Name}"];

    Reflector<T> FollowOwned<T>(KubernetesClient client, IRuntimeObserver observer, TimeSpan gather = default) where T : class, IResource<T>
    {
        var reflector = Follow<T>(client, observer, Managed, gather: gather);
        var byCluster = reflector.Store.Index(Indexes.Label(Labels.PartOf));
        owned.Add(key => byCluster[$"{key.Namespace}/{key.Name}"].Select(o => (IResource?)recent.Newer(o, o.Key)).OfType<IResource>());
        return reflector;
    }

    Reflector<T> Follow<T>(KubernetesClient client, IRuntimeObserver observer, string? selector, Func<T, T>? trim = null, TimeSpan gather = default) where T : class, IResource<T>
    {
        var reflector = new Reflector<T>(client, new() { LabelSelector = selector, Trim = trim, Gather = gather, Observer = observer });
        var forgetting = reflector.Store.Subscribe(change =>
        {
            if (change.IsGone || change.IsReplacement)
            {
                recent.Forget(T.Type.Kind, change.Key);
            }
            else
            {
                recent.Seen(change.New!);
            }
        });
        disposals.Add(forgetting.Dispose);
        runs.Add(reflector.Run);
        return reflector;
    }

    static ObjectMeta NameOnly(ObjectMeta meta) => new() { Name = meta.Name, Namespace = meta.Namespace, Uid = meta.Uid, ResourceVersion = meta.ResourceVersion, Finalizers = meta.Finalizers, DeletionTimestamp = meta.DeletionTimestamp };
}
