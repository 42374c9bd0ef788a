using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>A machine that runs pods.</summary>
public sealed record Node : IResource<Node>
{
    /// <inheritdoc/>
    public static ResourceType<Node> Type { get; } = new("", "v1", "Node", "nodes", namespaced: false, KubernetesJson.Default.Node);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>What it is meant for.</summary>
    public NodeSpec? Spec { get; init; }

    /// <summary>How it is.</summary>
    public NodeStatus? Status { get; init; }
}

/// <summary>What a node is meant for.</summary>
public sealed record NodeSpec
{
    /// <summary>Whether no new pods come.</summary>
    public bool? Unschedulable { get; init; }

    /// <summary>What pods must tolerate.</summary>
    public IReadOnlyList<Taint>? Taints { get; init; }
}

/// <summary>What pods on a node must tolerate.</summary>
public sealed record Taint
{
    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>The value.</summary>
    public string? Value { get; init; }

    /// <summary><c>NoSchedule</c>, <c>PreferNoSchedule</c> or <c>NoExecute</c>.</summary>
    public required string Effect { get; init; }
}

/// <summary>How a node is.</summary>
public sealed record NodeStatus
{
    /// <summary>Among them <c>Ready</c>.</summary>
    public IReadOnlyList<Condition>? Conditions { get; init; }

    /// <summary>Its addresses.</summary>
    public IReadOnlyList<NodeAddress>? Addresses { get; init; }

    /// <summary>What it has.</summary>
    public IReadOnlyDictionary<string, Quantity>? Capacity { get; init; }

    /// <summary>What pods can have of it.</summary>
    public IReadOnlyDictionary<string, Quantity>? Allocatable { get; init; }
}

/// <summary>An address of a node.</summary>
public sealed record NodeAddress
{
    /// <summary>As in <c>InternalIP</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The address.</summary>
    public required string Address { get; init; }
}
