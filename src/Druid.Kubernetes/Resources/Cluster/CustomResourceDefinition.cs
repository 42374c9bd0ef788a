using System.Text.Json;
using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>A kind added to the API.</summary>
public sealed record CustomResourceDefinition : IResource<CustomResourceDefinition>
{
    /// <inheritdoc/>
    public static ResourceType<CustomResourceDefinition> Type { get; } = new(
        "apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", namespaced: false,
        KubernetesJson.Default.CustomResourceDefinition);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>The kind.</summary>
    public CustomResourceDefinitionSpec? Spec { get; init; }

    /// <summary>Whether it can be used.</summary>
    public CustomResourceDefinitionStatus? Status { get; init; }
}

/// <summary>A kind added to the API.</summary>
public sealed record CustomResourceDefinitionSpec
{
    /// <summary>Its group.</summary>
    public required string Group { get; init; }

    /// <summary>Its names.</summary>
    public required CustomResourceDefinitionNames Names { get; init; }

    /// <summary><c>Namespaced</c> or <c>Cluster</c>.</summary>
    public required string Scope { get; init; }

    /// <summary>Its versions.</summary>
    public IReadOnlyList<CustomResourceDefinitionVersion>? Versions { get; init; }

    /// <summary>Whether fields outside of the schema are kept. Server-side apply needs it stated.</summary>
    public bool? PreserveUnknownFields { get; init; }
}

/// <summary>Names of a kind.</summary>
public sealed record CustomResourceDefinitionNames
{
    /// <summary>As in <c>Etcd</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>As in <c>EtcdList</c>.</summary>
    public string? ListKind { get; init; }

    /// <summary>As in <c>etcds</c>.</summary>
    public required string Plural { get; init; }

    /// <summary>As in <c>etcd</c>.</summary>
    public string? Singular { get; init; }

    /// <summary>Abbreviations.</summary>
    public IReadOnlyList<string>? ShortNames { get; init; }

    /// <summary>Groups it is listed with, as in <c>all</c>.</summary>
    public IReadOnlyList<string>? Categories { get; init; }
}

/// <summary>One version of an added kind.</summary>
public sealed record CustomResourceDefinitionVersion
{
    /// <summary>As in <c>v1alpha1</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it can be used.</summary>
    public required bool Served { get; init; }

    /// <summary>Whether objects are stored in it; true for exactly one.</summary>
    public required bool Storage { get; init; }

    /// <summary>Its schema: an object with <c>openAPIV3Schema</c>.</summary>
    public JsonElement? Schema { get; init; }

    /// <summary>Its subresources: an object with <c>status</c> and <c>scale</c>.</summary>
    public JsonElement? Subresources { get; init; }

    /// <summary>Columns of <c>kubectl get</c>.</summary>
    public IReadOnlyList<CustomResourceColumnDefinition>? AdditionalPrinterColumns { get; init; }
}

/// <summary>A column of <c>kubectl get</c>.</summary>
public sealed record CustomResourceColumnDefinition
{
    /// <summary>The heading.</summary>
    public required string Name { get; init; }

    /// <summary>As in <c>integer</c> or <c>date</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The field.</summary>
    public required string JsonPath { get; init; }

    /// <summary>What it means.</summary>
    public string? Description { get; init; }

    /// <summary>As in <c>int32</c>.</summary>
    public string? Format { get; init; }

    /// <summary>Columns above 0 are shown in wide output alone.</summary>
    public int? Priority { get; init; }
}

/// <summary>Whether an added kind can be used.</summary>
public sealed record CustomResourceDefinitionStatus
{
    /// <summary>Among them <c>NamesAccepted</c> and <c>Established</c>.</summary>
    public IReadOnlyList<Condition>? Conditions { get; init; }
}
