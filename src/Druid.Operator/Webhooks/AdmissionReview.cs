using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Webhooks;

/// <summary>What the API server sends before it accepts a change, and what it gets back.</summary>
sealed record AdmissionReview
{
    /// <summary>The versions of the review that are understood; of both, the fields used here are the same.</summary>
    public static IReadOnlyList<string> Versions { get; } = ["v1", "v1beta1"];

    /// <summary>Group and version; the answer has that of the question.</summary>
    public string ApiVersion { get; init; } = "admission.k8s.io/v1";

    /// <summary><c>AdmissionReview</c>.</summary>
    public string Kind { get; init; } = nameof(AdmissionReview);

    /// <summary>The question.</summary>
    public AdmissionRequest? Request { get; init; }

    /// <summary>The answer.</summary>
    public AdmissionResponse? Response { get; init; }
}

/// <summary>A change that somebody wants to make.</summary>
sealed record AdmissionRequest
{
    /// <summary>Of this question; the answer repeats it.</summary>
    public required string Uid { get; init; }

    /// <summary>Which kind of objects.</summary>
    public required AdmissionKind Kind { get; init; }

    /// <summary>The part of the object, as in <c>scale</c>; null or empty for the whole.</summary>
    public string? SubResource { get; init; }

    /// <summary>The object's name; null when it is created without one.</summary>
    public string? Name { get; init; }

    /// <summary>The object's namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary><c>CREATE</c>, <c>UPDATE</c>, <c>DELETE</c> or <c>CONNECT</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>Who.</summary>
    public AdmissionUser UserInfo { get; init => field = value ?? new(); } = new();

    /// <summary>The object as it is to be; null for a deletion.</summary>
    public JsonNode? Object { get; init; }

    /// <summary>The object as it is; null for a creation.</summary>
    public JsonNode? OldObject { get; init; }

    /// <summary>The object that is changed, for messages.</summary>
    public ObjectKey Key => new(Namespace ?? "", Name ?? "");
}

/// <summary>A kind of objects.</summary>
/// <param name="Group">API group, empty for core.</param>
/// <param name="Version">Version in the group.</param>
/// <param name="Kind">The kind.</param>
sealed record AdmissionKind(string? Group, string Version, string Kind);

/// <summary>Who wants to make a change.</summary>
sealed record AdmissionUser
{
    /// <summary>As in <c>system:serviceaccount:namespace:name</c>.</summary>
    public string Username { get; init => field = value ?? ""; } = "";
}

/// <summary>Whether a change may be made.</summary>
sealed record AdmissionResponse
{
    /// <summary>Of the question.</summary>
    public string Uid { get; init; } = "";

    /// <summary>The answer.</summary>
    public bool Allowed { get; init; }

    /// <summary>Why not, or by which allowance.</summary>
    public Status? Status { get; init; }

    /// <summary>Sentences that the user is shown in any case.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }

    /// <summary>Yes, for this reason.</summary>
    public static AdmissionResponse Allow(string why) => new() { Allowed = true, Status = new() { Message = why } };

    /// <summary>No, for this reason.</summary>
    public static AdmissionResponse Forbid(string why) => new() { Status = new() { Code = 403, Reason = "Forbidden", Message = why } };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AdmissionReview))]
sealed partial class AdmissionJson : JsonSerializerContext;
