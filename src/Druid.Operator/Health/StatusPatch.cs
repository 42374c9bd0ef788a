using System.Text.Json;
using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Health;

/// <summary>What has to be written to bring one status to another.</summary>
public static class StatusPatch
{
    /// <summary>A merge patch of the fields that differ; null when none does, so that nothing is written.</summary>
    public static JsonObject? Between(EtcdStatus before, EtcdStatus after) => Between(Holding(before), Holding(after));

    /// <summary>The same for two versions of an object whose status is told apart.</summary>
    public static JsonObject? Between<T>(T before, T after) where T : class, IResource<T>
    {
        var (old, now) = (StatusOf(before), StatusOf(after));
        var changes = new JsonObject();
        foreach (var field in now.EnumerateObject())
        {
            JsonElement? was = old.TryGetProperty(field.Name, out var value) ? value : null;
            if (was is null || !JsonElement.DeepEquals(field.Value, was.Value))
            {
                changes[field.Name] = WithoutStaleKeys(field.Value, was);
            }
        }
        foreach (var field in old.EnumerateObject())
        {
            if (!now.TryGetProperty(field.Name, out _))
            {
                changes[field.Name] = null;
            }
        }
        return changes.Count == 0 ? null : new JsonObject { ["status"] = changes };
    }

    /// <summary>Whether two statuses say the same, though they were read at different times.</summary>
    public static bool AreSame(EtcdStatus one, EtcdStatus other) => ReferenceEquals(one, other) || Between(one, other) is null;

    // A merge patch merges objects: a key that is gone must be said to be gone. Lists are replaced whole.
    static JsonNode? WithoutStaleKeys(JsonElement value, JsonElement? old)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return value.ValueKind == JsonValueKind.Array ? JsonArray.Create(value) : JsonValue.Create(value);
        }
        var fields = JsonObject.Create(value)!;
        if (old is { ValueKind: JsonValueKind.Object } before)
        {
            foreach (var field in before.EnumerateObject().Where(f => !fields.ContainsKey(f.Name)))
            {
                fields[field.Name] = null;
            }
        }
        return fields;
    }

    static Etcd Holding(EtcdStatus status) => new() { Metadata = new() { Name = "" }, Status = status };

    // As text once read, not as nodes: most often nothing differs.
    static JsonElement StatusOf<T>(T resource) where T : class, IResource<T> =>
        JsonSerializer.SerializeToElement(resource, T.Type.Json).GetProperty("status");
}
