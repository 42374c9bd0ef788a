using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>
/// A <see cref="Pod"/> of which what it should run is not read but for the containers' names. The rest of its spec repeats the template of
/// its controller, and comes anew with every change of its status: most of what a watch of pods brings.
/// </summary>
public sealed record PodOutline : IResource<PodOutline>
{
    /// <summary>The type of the whole object.</summary>
    public static ResourceType<PodOutline> Type { get; } =
        new(Pod.Type.Group, Pod.Type.Version, Pod.Type.Kind, Pod.Type.Plural, Pod.Type.Namespaced, KubernetesJson.Default.PodOutline);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>What is to run.</summary>
    public PodSpecOutline? Spec { get; init; }

    /// <summary>What runs.</summary>
    public PodStatus? Status { get; init; }
}

/// <summary>What is read of a <see cref="PodSpec"/>.</summary>
public sealed record PodSpecOutline
{
    /// <summary>The containers that should run, by name.</summary>
    public IReadOnlyList<LocalObjectReference>? Containers { get; init; }
}
