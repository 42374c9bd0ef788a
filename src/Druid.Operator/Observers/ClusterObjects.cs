using Druid.Api;
using Druid.Api.Validation;
using Druid.Kubernetes.Resources;
using Druid.Operator.Agents;
using Druid.Operator.Components;

namespace Druid.Operator.Observers;

/// <summary>Every object that belongs to one cluster, as the caches held it at one moment.</summary>
public sealed record ClusterObjects
{
    /// <summary>The declaration.</summary>
    public required Etcd Etcd { get; init; }

    /// <summary>The status as the server has it, which the Etcd's own is ahead of while news are held; null where nobody asks.</summary>
    public EtcdStatus? Recorded { get; init; }

    /// <summary>
    /// What is wrong with a declaration that changes what cannot be changed; the Etcd above is then as the cluster was made. Empty where
    /// nothing of the kind was changed.
    /// </summary>
    public IReadOnlyList<FieldError> Refused { get; init; } = [];

    /// <summary>The objects that components render, of this Etcd's name or owned by it.</summary>
    public IReadOnlyDictionary<OwnedKey, IResource> Owned { get; init; } = new Dictionary<OwnedKey, IResource>();

    /// <summary>The members' pods by name.</summary>
    public IReadOnlyDictionary<string, PodOutline> Pods { get; init; } = new Dictionary<string, PodOutline>();

    /// <summary>The members' volume claims by name.</summary>
    public IReadOnlyDictionary<string, PersistentVolumeClaim> Claims { get; init; } = new Dictionary<string, PersistentVolumeClaim>();

    /// <summary>The moment.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>What agents themselves said.</summary>
    public AgentNews Agents { get; init; } = AgentNews.None;

    /// <summary>With a Local store: the entry <c>hostPath</c> of its secret; null where there is none.</summary>
    public string? BackupHostPath { get; init; }

    /// <summary>A digest of the authorities that etcd trusts, as they are now in the secrets; null without TLS.</summary>
    public string? Authorities { get; init; }

    /// <summary>Names of the secrets that exist in the Etcd's namespace and that it references.</summary>
    public IReadOnlySet<string> Secrets { get; init; } = new HashSet<string>();

    /// <summary>What was made of declarations before.</summary>
    public Declarations Declarations { get; init; } = new();

    /// <summary>What this Etcd declares.</summary>
    public Declared Declared => Declarations.Of(Etcd);

    /// <summary>How these objects were found to compare with what is rendered.</summary>
    public Comparisons Comparisons { get; init; } = new();

    /// <summary>The StatefulSet; null when there is none.</summary>
    public StatefulSet? StatefulSet => Find<StatefulSet>(Names.StatefulSet(Etcd));

    /// <summary>The configuration; null when there is none.</summary>
    public ConfigMap? ConfigMap => Find<ConfigMap>(Names.ConfigMap(Etcd));

    /// <summary>The owned object of this kind and name; null when there is none.</summary>
    public T? Find<T>(string name) where T : class, IResource<T> => Owned.GetValueOrDefault(new(T.Type.Kind, name)) as T;

    /// <summary>The lease of a member; null when there is none.</summary>
    public Lease? MemberLease(int ordinal) => Find<Lease>(Names.MemberLease(Etcd, ordinal));
}

/// <summary>What tells the owned objects of one cluster apart.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Name">The name.</param>
public readonly record struct OwnedKey(string Kind, string Name);
