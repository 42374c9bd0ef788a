using System.Text.Json.Nodes;
using Druid.Api.Schemas;
using Druid.Kubernetes.Resources;

namespace Druid.Api.Validation;

/// <summary>Checks objects of this API: what their schema says, and the rules beyond it, on every server alike.</summary>
public static class ApiValidation
{
    /// <summary>What is wrong with an Etcd; nothing if it may be acted on.</summary>
    /// <param name="etcd">The Etcd.</param>
    /// <param name="old">What it replaces, for the rules about changes; null for a new one.</param>
    public static IReadOnlyList<FieldError> Validate(Etcd etcd, Etcd? old = null) => Errors(etcd, old, Crds.Etcd, EtcdRules.All);

    /// <summary>What is wrong with a copy task; nothing if it may be acted on.</summary>
    /// <param name="task">The task.</param>
    /// <param name="old">What it replaces, for the rules about changes; null for a new one.</param>
    public static IReadOnlyList<FieldError> Validate(EtcdCopyBackupsTask task, EtcdCopyBackupsTask? old = null) =>
        Errors(task, old, Crds.EtcdCopyBackupsTask, CopyBackupsTaskRules.All);

    /// <summary>What is wrong with a task; nothing if it may be acted on.</summary>
    /// <param name="task">The task.</param>
    /// <param name="old">What it replaces, for the rules about changes; null for a new one.</param>
    public static IReadOnlyList<FieldError> Validate(EtcdOpsTask task, EtcdOpsTask? old = null) => Errors(task, old, Crds.EtcdOpsTask, OpsTaskRules.All);

    /// <summary>What is wrong with an object as a user wrote it, unknown fields and wrong types included.</summary>
    /// <param name="manifest">The object, with apiVersion and kind.</param>
    /// <param name="old">What it replaces, for the rules about changes; null for a new one.</param>
    /// <returns>One error on kind for an object that is none of this API's.</returns>
    public static IReadOnlyList<FieldError> Validate(JsonNode manifest, JsonNode? old = null) =>
        manifest is not JsonObject ? [new("", null, "type", "must be an object with apiVersion, kind, metadata and spec")]
        : StringOf(manifest["apiVersion"]) != Etcd.Type.ApiVersion ? [Wrong(manifest, "apiVersion", Etcd.Type.ApiVersion)]
        : StringOf(manifest["kind"]) switch
        {
            "Etcd" => Errors(manifest, old, Crds.Etcd, EtcdRules.All),
            "EtcdCopyBackupsTask" => Errors(manifest, old, Crds.EtcdCopyBackupsTask, CopyBackupsTaskRules.All),
            "EtcdOpsTask" => Errors(manifest, old, Crds.EtcdOpsTask, OpsTaskRules.All),
            _ => [Wrong(manifest, "kind", "Etcd, EtcdCopyBackupsTask or EtcdOpsTask")],
        };

    static FieldError[] Errors<T>(T now, T? before, Crd crd, IReadOnlyList<Rule<T>> rules) where T : class, IResource<T> =>
        [.. SchemaCheck.Errors(crd.Schema, JsonNode.Parse(T.Type.ToJson(now))), .. RuleErrors(now, before, rules)];

    static FieldError[] Errors<T>(JsonNode manifest, JsonNode? old, Crd crd, IReadOnlyList<Rule<T>> rules) where T : class, IResource<T>
    {
        FieldError[] errors = [.. UnknownFields.In(manifest, crd.Schema), .. MetadataErrors(manifest), .. SchemaCheck.Errors(crd.Schema, manifest)];
        // Rules are about values that can be read; the schema sees to it that these can.
        return errors.Any(error => error.Rule is "type" or "pattern" or "range" or "format" or "max-length" or "required")
            ? errors
            : [.. errors, .. RuleErrors(T.Type.Read(manifest.ToJsonString()), old is null ? null : T.Type.Read(old.ToJsonString()), rules)];
    }

    static IEnumerable<FieldError> RuleErrors<T>(T now, T? before, IReadOnlyList<Rule<T>> rules) where T : class =>
        rules.SelectMany(rule => rule.Errors(new(now, before)));

    static IEnumerable<FieldError> MetadataErrors(JsonNode manifest)
    {
        if (manifest["metadata"] is not JsonObject metadata || StringOf(metadata["name"]) is not { Length: > 0 } name)
            yield return new("metadata.name", null, "required", "must be there");
        else if (!Text.IsDnsSubdomain(name))
            yield return new("metadata.name", Text.Quoted(name), "name", "must consist of small letters, digits, dashes and dots");
    }

    static string? StringOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    static FieldError Wrong(JsonNode manifest, string field, string expected) =>
        new(field, StringOf(manifest[field]) is { } text ? Text.Quoted(text) : null, "kind", $"must be {expected}");
}
