using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>A stable name and address in front of pods.</summary>
public sealed record Service : IResource<Service>
{
    /// <inheritdoc/>
    public static ResourceType<Service> Type { get; } =
        new("", "v1", "Service", "services", namespaced: true, KubernetesJson.Default.Service);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>Which pods, on which ports.</summary>
    public ServiceSpec? Spec { get; init; }
}

/// <summary>Which pods a service leads to, on which ports.</summary>
public sealed record ServiceSpec
{
    /// <summary><c>ClusterIP</c>, <c>NodePort</c>, <c>LoadBalancer</c> or <c>ExternalName</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Its address; <c>None</c> for a headless one, whose name leads to the pods themselves. Immutable.</summary>
    public string? ClusterIP { get; init; }

    /// <summary>The pods.</summary>
    public IReadOnlyDictionary<string, string>? Selector { get; init; }

    /// <summary>The ports.</summary>
    public IReadOnlyList<ServicePort>? Ports { get; init; }

    /// <summary>Whether pods count before they are ready.</summary>
    public bool? PublishNotReadyAddresses { get; init; }

    /// <summary><c>ClientIP</c> or <c>None</c>.</summary>
    public string? SessionAffinity { get; init; }

    /// <summary>Which endpoints are preferred, as in <c>PreferClose</c>. Since Kubernetes 1.30.</summary>
    public string? TrafficDistribution { get; init; }
}

/// <summary>A port of a service.</summary>
public sealed record ServicePort
{
    /// <summary>The name.</summary>
    public string? Name { get; init; }

    /// <summary><c>TCP</c>, <c>UDP</c> or <c>SCTP</c>. Always state it in server-side apply: older servers need it as part of the key.</summary>
    public string? Protocol { get; init; }

    /// <summary>The port of the service.</summary>
    public required int Port { get; init; }

    /// <summary>The port of the pods, by number or name.</summary>
    public IntOrString? TargetPort { get; init; }

    /// <summary>The port of every node.</summary>
    public int? NodePort { get; init; }
}
