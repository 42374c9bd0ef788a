using System.Text.Json.Serialization;
using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>Something that happened to an object, told to people.</summary>
public sealed record Event : IResource<Event>
{
    /// <inheritdoc/>
    public static ResourceType<Event> Type { get; } = new("", "v1", "Event", "events", namespaced: true, KubernetesJson.Default.Event);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>The object it happened to.</summary>
    public required ObjectReference InvolvedObject { get; init; }

    /// <summary>A word for programs.</summary>
    public string? Reason { get; init; }

    /// <summary>A sentence for people.</summary>
    public string? Message { get; init; }

    /// <summary>Who tells it.</summary>
    public EventSource? Source { get; init; }

    /// <summary>When it happened first.</summary>
    public DateTimeOffset? FirstTimestamp { get; init; }

    /// <summary>When it happened last.</summary>
    public DateTimeOffset? LastTimestamp { get; init; }

    /// <summary>How often it happened.</summary>
    public int? Count { get; init; }

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    [JsonPropertyName("type")]
    public string? EventType { get; init; }

    /// <summary>Who tells it, as a name with a domain.</summary>
    public string? ReportingComponent { get; init; }

    /// <summary>Which instance of it.</summary>
    public string? ReportingInstance { get; init; }
}

/// <summary>Who tells an event.</summary>
public sealed record EventSource
{
    /// <summary>The program.</summary>
    public string? Component { get; init; }

    /// <summary>The node.</summary>
    public string? Host { get; init; }
}
