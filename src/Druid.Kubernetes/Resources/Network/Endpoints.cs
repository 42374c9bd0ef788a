using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>The addresses behind a service of the same name.</summary>
public sealed record Endpoints : IResource<Endpoints>
{
    /// <inheritdoc/>
    public static ResourceType<Endpoints> Type { get; } =
        new("", "v1", "Endpoints", "endpoints", namespaced: true, KubernetesJson.Default.Endpoints);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>The addresses, by the ports that they share.</summary>
    public IReadOnlyList<EndpointSubset>? Subsets { get; init; }
}

/// <summary>Addresses with the same ports.</summary>
public sealed record EndpointSubset
{
    /// <summary>Addresses that are ready.</summary>
    public IReadOnlyList<EndpointAddress>? Addresses { get; init; }

    /// <summary>Addresses that are not.</summary>
    public IReadOnlyList<EndpointAddress>? NotReadyAddresses { get; init; }

    /// <summary>Their ports.</summary>
    public IReadOnlyList<EndpointPort>? Ports { get; init; }
}

/// <summary>One address.</summary>
public sealed record EndpointAddress
{
    /// <summary>The address.</summary>
    public required string Ip { get; init; }

    /// <summary>Its name below a headless service.</summary>
    public string? Hostname { get; init; }

    /// <summary>The node.</summary>
    public string? NodeName { get; init; }

    /// <summary>The pod.</summary>
    public ObjectReference? TargetRef { get; init; }
}

/// <summary>One port.</summary>
public sealed record EndpointPort
{
    /// <summary>The name.</summary>
    public string? Name { get; init; }

    /// <summary>The number.</summary>
    public required int Port { get; init; }

    /// <summary>The protocol.</summary>
    public string? Protocol { get; init; }
}
