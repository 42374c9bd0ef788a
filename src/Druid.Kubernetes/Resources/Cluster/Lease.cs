using System.Text.Json;
using System.Text.Json.Serialization;
using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>Who holds something, and until when.</summary>
public sealed record Lease : IResource<Lease>, IPreservesUnknownFields
{
    /// <inheritdoc/>
    public static ResourceType<Lease> Type { get; } =
        new("coordination.k8s.io", "v1", "Lease", "leases", namespaced: true, KubernetesJson.Default.Lease);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>The holder.</summary>
    public LeaseSpec? Spec { get; init; }
}

/// <summary>The holder of a lease.</summary>
public sealed record LeaseSpec
{
    /// <summary>Who holds it; null or empty when nobody does.</summary>
    public string? HolderIdentity { get; init; }

    /// <summary>Seconds after the last renewal when others may take it.</summary>
    public int? LeaseDurationSeconds { get; init; }

    /// <summary>When this holder got it.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? AcquireTime { get; init; }

    /// <summary>When the holder renewed it last.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? RenewTime { get; init; }

    /// <summary>How often it changed hands.</summary>
    public int? LeaseTransitions { get; init; }

    /// <summary>Fields of newer servers, kept as they are. For the JSON reader alone.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}
