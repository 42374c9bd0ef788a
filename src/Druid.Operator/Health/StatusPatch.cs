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
        foreach (var (field, value) in now)
        {
            if (!JsonNode.DeepEquals(value, old[field]))
            {
                changes[field] = WithoutStaleKeys(value, old[field]);
            }
        }
        foreach (var (field, _) in old)
        {
            if (!now.ContainsKey(field))
            {
                changes[field] = null;
            }
        }
        return changes.Count == 0 ? null : new JsonObject { ["status"] = changes };
    }

    // A merge patch merges objects: a key that is gone must be said to be gone. Lists are replaced whole.
    static JsonNode? WithoutStaleKeys(JsonNode? value, JsonNode? old)
    {
        var copy = value?.DeepClone();
        if (copy is JsonObject fields && old is JsonObject before)
        {
            foreach (var (key, _) in before)
            {
                if (!fields.ContainsKey(key))
                {
                    fields[key] = null;
                }
            }
        }
        return copy;
    }

    static Etcd Holding(EtcdStatus status) => new() { Metadata = new() { Name = "" }, Status = status };

    static JsonObject StatusOf<T>(T resource) where T : class, IResource<T> =>
        JsonSerializer.SerializeToNode(resource, T.Type.Json)!["status"]?.AsObject() ?? [];
}
