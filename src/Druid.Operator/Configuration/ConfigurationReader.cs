using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Druid.Kubernetes;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Configuration;

/// <summary>
/// Reads the configuration file: every field that is unknown or of the wrong kind is told, with what would be right, and not only
/// the first one. A value that cannot be read is left out of what is read, so that the rest can be checked too.
/// </summary>
static class ConfigurationReader
{
    // What a file of the reference operator may say, and what is so here in any case.
    static readonly Dictionary<string, string?> Settled = new()
    {
        ["kind"] = "OperatorConfiguration",
        ["apiVersion"] = null,
        ["clientConnection.contentType"] = null,
        ["clientConnection.acceptContentTypes"] = null,
        ["leaderElection.resourceLock"] = "leases",
    };

    /// <summary>Reads a text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="errors">What is wrong with its fields.</param>
    /// <exception cref="ConfigurationException">It is no YAML, or no map of fields.</exception>
    public static OperatorConfiguration Read(string yaml, List<string> errors)
    {
        JsonNode? node;
        try
        {
            node = Yaml.Read(yaml);
        }
        catch (FormatException error)
        {
            throw new ConfigurationException($"it is no YAML: {error.Message}");
        }
        if (node is null)
        {
            return new();
        }
        if (node is not JsonObject root)
        {
            throw new ConfigurationException("it is no map of fields: begin with one, such as 'controllers:'.");
        }
        Check(root, ConfigurationJson.Default.OperatorConfiguration, "", errors);
        return root.Deserialize(ConfigurationJson.Default.OperatorConfiguration) ?? new();
    }

    static void Check(JsonObject map, JsonTypeInfo type, string path, List<string> errors)
    {
        foreach (var (name, value) in map.ToList())
        {
            var field = path.Length == 0 ? name : $"{path}.{name}";
            if (Settled.TryGetValue(field, out var only))
            {
                if (only is not null && Shown(value) != only)
                {
                    errors.Add($"{field}: {Shown(value)} is not to be had; write {only}, or leave the field out.");
                }
                map.Remove(name);
            }
            else if (type.Properties.FirstOrDefault(p => p.Name == name) is not { } property)
            {
                errors.Add($"{field}: there is no such field{Nearest(name, type)}.");
                map.Remove(name);
            }
            else if (value is null)
            {
                // Nothing said is the default.
                map.Remove(name);
            }
            else if (!IsRead(value, property, field, errors))
            {
                map.Remove(name);
            }
        }
    }

    static bool IsRead(JsonNode value, JsonPropertyInfo property, string field, List<string> errors)
    {
        var type = ConfigurationJson.Default.GetTypeInfo(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType)!;
        if (type.Kind == JsonTypeInfoKind.Object && value is JsonObject inner)
        {
            Check(inner, type, field, errors);
            return true;
        }
        try
        {
            value.Deserialize(type);
            return true;
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            errors.Add($"{field}: {Shown(value)} is not {Wanted(type)}.");
            return false;
        }
    }

    static string Wanted(JsonTypeInfo type) => type.Type switch
    {
        var t when t == typeof(bool) => "true or false",
        var t when t == typeof(int) || t == typeof(long) => "a whole number",
        var t when t == typeof(double) => "a number",
        var t when t == typeof(Duration) => "a duration; write one as in 15s or 1h30m",
        var t when t == typeof(string) => "a text; put it between quotes",
        _ when type.Kind == JsonTypeInfoKind.Object => $"a map of fields; there are {string.Join(", ", type.Properties.Select(p => p.Name))}",
        _ when type.Kind == JsonTypeInfoKind.Dictionary => "a map of names to true or false",
        _ => "a list of texts",
    };

    static string Shown(JsonNode? value) => value is JsonValue scalar && scalar.TryGetValue<string>(out var text) ? text : value?.ToJsonString() ?? "null";

    static string Nearest(string name, JsonTypeInfo type)
    {
        var known = type.Properties.Select(p => p.Name).ToList();
        return known.FirstOrDefault(k => k.Equals(name, StringComparison.OrdinalIgnoreCase) || Distance(k, name) <= 2) is { } near
            ? $"; did you mean {near}?"
            : $"; there are {string.Join(", ", known)}";
    }

    // How many letters must be added, dropped or changed.
    static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var (diagonal, _) = (row[0], row[0] = i);
            for (var j = 1; j <= other.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1)));
            }
        }
        return row[^1];
    }
}
