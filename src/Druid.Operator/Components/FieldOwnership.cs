using System.Text.Json.Nodes;

namespace Druid.Operator.Components;

/// <summary>
/// Whose the fields of an object are, as the API server keeps it in <c>managedFields</c>. A field that is no longer applied goes
/// only if nobody else owns it: so on an object that another operator wrote, everything it wrote would stay for ever, such as the
/// volume of a secret that the spec has long ceased to name. What it owns is therefore made our own before the first application.
/// </summary>
public static class FieldOwnership
{
    /// <summary>The field manager of the operator whose clusters are taken over: the name of its program.</summary>
    public const string FormerManager = "etcd-druid";

    /// <summary>
    /// The <c>managedFields</c> in which what <paramref name="from"/> wrote counts as applied by <paramref name="to"/>; null when it
    /// wrote nothing. Subresources, as status, are not concerned.
    /// </summary>
    public static JsonArray? Transfer(JsonArray managedFields, string from, string to)
    {
        var (concerned, others) = (new List<JsonObject>(), new JsonArray());
        foreach (var entry in managedFields.OfType<JsonObject>())
        {
            var mine = IsBy(entry, from, "Update") || IsBy(entry, to, "Apply");
            if (mine) concerned.Add(entry);
            else others.Add(entry.DeepClone());
        }
        if (!concerned.Exists(entry => IsBy(entry, from, "Update"))) return null;

        // One application is one entry a version of the API.
        foreach (var entries in concerned.GroupBy(entry => (string?)entry["apiVersion"]))
        {
            var applied = (JsonObject)entries.Last().DeepClone();
            applied["manager"] = to;
            applied["operation"] = "Apply";
            applied["fieldsV1"] = entries.Select(entry => entry["fieldsV1"] as JsonObject ?? []).Aggregate(new JsonObject(), Union);
            others.Add((JsonNode)applied);
        }
        return others;
    }

    static bool IsBy(JsonObject entry, string manager, string operation) =>
        (string?)entry["manager"] == manager && (string?)entry["operation"] == operation && entry["subresource"] is null;

    // A set of fields is a tree of names.
    static JsonObject Union(JsonObject all, JsonObject more)
    {
        foreach (var (name, fields) in more)
        {
            if (all[name] is JsonObject known && fields is JsonObject deeper) Union(known, deeper);
            else all[name] = fields?.DeepClone();
        }
        return all;
    }
}
