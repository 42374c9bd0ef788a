namespace Druid.Kubernetes.Resources;

/// <summary>How a call ended, as the server tells it.</summary>
public sealed record Status
{
    /// <summary><c>Success</c> or <c>Failure</c>.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("status")]
    public string? Outcome { get; init; }

    /// <summary>The HTTP status code.</summary>
    public int? Code { get; init; }

    /// <summary>A word for programs, as in <c>AlreadyExists</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>A sentence for people.</summary>
    public string? Message { get; init; }

    /// <summary>What the reason has to add.</summary>
    public StatusDetails? Details { get; init; }
}

/// <summary>Details of a <see cref="Status"/>.</summary>
public sealed record StatusDetails
{
    /// <summary>Name of the object.</summary>
    public string? Name { get; init; }

    /// <summary>Its group.</summary>
    public string? Group { get; init; }

    /// <summary>Its kind, or the plural of it.</summary>
    public string? Kind { get; init; }

    /// <summary>Its identity.</summary>
    public string? Uid { get; init; }

    /// <summary>The single causes, a field each where a field is to blame.</summary>
    public IReadOnlyList<StatusCause>? Causes { get; init; }

    /// <summary>Seconds to wait before trying again.</summary>
    public int? RetryAfterSeconds { get; init; }
}

/// <summary>One cause of a failure.</summary>
public sealed record StatusCause
{
    /// <summary>A word for programs, as in <c>FieldValueInvalid</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>A sentence for people.</summary>
    public string? Message { get; init; }

    /// <summary>Path of the field, as in <c>spec.replicas</c>.</summary>
    public string? Field { get; init; }
}
