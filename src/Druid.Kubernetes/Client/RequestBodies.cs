using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Druid.Kubernetes.Client;

/// <summary>Writes the body of a deletion.</summary>
static class DeleteBody
{
    public static ReadOnlyMemory<byte> Of(DeleteOptions? options)
    {
        if (options is null) return default;
        var body = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("apiVersion"u8, "v1"u8);
        json.WriteString("kind"u8, "DeleteOptions"u8);
        if (options.Propagation is { } propagation) json.WriteString("propagationPolicy"u8, NameOf(propagation));
        if (options.GracePeriodSeconds is { } seconds) json.WriteNumber("gracePeriodSeconds"u8, seconds);
        if (options.Uid is not null || options.ResourceVersion is not null)
        {
            json.WriteStartObject("preconditions"u8);
            if (options.Uid is { } uid) json.WriteString("uid"u8, uid);
            if (options.ResourceVersion is { } version) json.WriteString("resourceVersion"u8, version);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }

    static ReadOnlySpan<byte> NameOf(Propagation propagation) => propagation switch
    {
        Propagation.Background => "Background"u8,
        Propagation.Foreground => "Foreground"u8,
        _ => "Orphan"u8,
    };
}

/// <summary>Writes a patch, with the version that it is for.</summary>
static class PatchBody
{
    public static ReadOnlyMemory<byte> Of(JsonNode patch, string? resourceVersion)
    {
        if (resourceVersion is not null) patch = For(patch.DeepClone(), resourceVersion);
        var body = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(body);
        patch.WriteTo(json);
        json.Flush();
        return body.WrittenMemory;
    }

    // The server compares the version of the patched object with its own: so the patch sets it, in either notation.
    static JsonNode For(JsonNode patch, string resourceVersion)
    {
        if (patch is JsonArray operations)
        {
            operations.Insert(0, new JsonObject
            {
                ["op"] = "replace",
                ["path"] = "/metadata/resourceVersion",
                ["value"] = resourceVersion,
            });
            return operations;
        }
        if (patch["metadata"] is JsonObject metadata) metadata["resourceVersion"] = resourceVersion;
        else patch["metadata"] = new JsonObject { ["resourceVersion"] = resourceVersion };
        return patch;
    }
}
