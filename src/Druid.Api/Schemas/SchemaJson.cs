using System.Text.Json.Nodes;

namespace Druid.Api.Schemas;

/// <summary>A schema as a CustomResourceDefinition writes it.</summary>
static class SchemaJson
{
    public static JsonObject ToJson(this Schema schema)
    {
        var json = new JsonObject();
        Add("description", schema.Description);
        Add("type", schema.Type);
        Add("format", schema.Format);
        if (schema.Enum is { } choices) json["enum"] = List(choices);
        if (schema.Default is { } value) json["default"] = value.DeepClone();
        Add("minimum", schema.Minimum);
        Add("maximum", schema.Maximum);
        Add("minLength", schema.MinLength);
        Add("maxLength", schema.MaxLength);
        Add("pattern", schema.Pattern);
        Add("minItems", schema.MinItems);
        Add("maxItems", schema.MaxItems);
        Add("minProperties", schema.MinProperties);
        Add("maxProperties", schema.MaxProperties);
        if (schema.IntOrString)
        {
            // The API server would understand the extension alone; kubectl explain and older tools read anyOf.
            json["anyOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string" });
            json["x-kubernetes-int-or-string"] = true;
        }
        if (schema.PreserveUnknownFields) json["x-kubernetes-preserve-unknown-fields"] = true;
        Add("x-kubernetes-list-type", schema.ListType);
        if (schema.ListMapKeys is { } keys) json["x-kubernetes-list-map-keys"] = List(keys);
        Add("x-kubernetes-map-type", schema.MapType);
        if (schema.Rules.Count > 0) json["x-kubernetes-validations"] = new JsonArray([.. schema.Rules.Select(ToJson)]);
        if (schema.Fields.Any(f => f.Required)) json["required"] = List(schema.Fields.Where(f => f.Required).Select(f => f.Name));
        if (schema.Fields.Count > 0)
            json["properties"] = new JsonObject(schema.Fields.Select(f => KeyValuePair.Create<string, JsonNode?>(f.Name, f.Schema.ToJson())));
        if (schema.Values is { } values) json["additionalProperties"] = values.ToJson();
        if (schema.Items is { } items) json["items"] = items.ToJson();
        return json;

        void Add(string name, JsonNode? part)
        {
            if (part is not null) json[name] = part;
        }
    }

    static JsonNode ToJson(CelRule rule) => new JsonObject { ["rule"] = rule.Cel, ["message"] = rule.Message };

    static JsonArray List(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
