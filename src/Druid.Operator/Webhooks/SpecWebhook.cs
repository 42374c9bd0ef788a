using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Api.Validation;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Webhooks;

/// <summary>
/// Refuses objects of this API that the operator would not act on, with everything that is wrong at once, and passes on its
/// advice as warnings: the same rules in C# that the operator checks again before it acts.
/// </summary>
sealed class SpecWebhook : IWebhook
{
    /// <summary>The path.</summary>
    public const string Path = "/webhooks/specs";

    public string Name => "specs";

    public Task<AdmissionResponse> Answer(AdmissionRequest request, CancellationToken cancel) => Task.FromResult(Answer(request));

    static AdmissionResponse Answer(AdmissionRequest request)
    {
        if (request.Object is not { } now)
        {
            return AdmissionResponse.Allow($"{request.Operation} is not restricted.");
        }
        // What exists must stay able to go and to be annotated, whatever the rules of today say of its spec.
        if (now["metadata"]?["deletionTimestamp"] is not null)
        {
            return AdmissionResponse.Allow("It is being deleted.");
        }
        if (request.OldObject is { } before && JsonNode.DeepEquals(now["spec"], before["spec"]))
        {
            return AdmissionResponse.Allow("Its spec stays as it is.");
        }
        var named = Named(now, request);
        var errors = ApiValidation.Validate(named, request.OldObject);
        return errors.Count > 0 ? Refuse(request, errors) : AdmissionResponse.Allow("It obeys the rules.") with { Warnings = Advice(named) };
    }

    // An object that the server will give a name to has none yet.
    static JsonNode Named(JsonNode now, AdmissionRequest request)
    {
        if (now["metadata"] is not JsonObject metadata || metadata["name"] is not null)
        {
            return now;
        }
        var named = now.DeepClone();
        named["metadata"]!["name"] = request.Name ?? $"{metadata["generateName"]?.GetValue<string>() ?? ""}xxxxx";
        return named;
    }

    static AdmissionResponse Refuse(AdmissionRequest request, IReadOnlyList<FieldError> errors) => new()
    {
        Status = new()
        {
            Code = 422,
            Reason = "Invalid",
            Message = string.Join("; ", errors),
            Details = new()
            {
                Name = request.Name,
                Group = request.Kind.Group,
                Kind = request.Kind.Kind,
                Causes = [.. errors.Select(error => new StatusCause { Reason = "FieldValueInvalid", Field = error.Path, Message = error.ToString() })],
            },
        },
    };

    static string[]? Advice(JsonNode now) =>
        now["kind"]?.GetValue<string>() == Etcd.Type.Kind && EtcdAdvice.Warnings(Etcd.Type.Read(now.ToJsonString())) is { Count: > 0 } advice
            ? [.. advice.Select(a => a.ToString())]
            : null;
}
