using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Druid.Kubernetes.Resources;

namespace Druid.Api.Schemas;

/// <summary>A kind of this API as the API server is told of it.</summary>
public sealed record Crd
{
    /// <summary>The kind, such as Etcd.</summary>
    public required string Kind { get; init; }

    /// <summary>The name in URLs, such as etcds.</summary>
    public required string Plural { get; init; }

    /// <summary>What an object may say, apiVersion, kind and metadata included, with the rules that the API server checks.</summary>
    public required Schema Schema { get; init; }

    /// <summary>Abbreviations for kubectl.</summary>
    public IReadOnlyList<string> ShortNames { get; init; } = [];

    /// <summary>Whether the scale subresource is offered, over spec.replicas, status.replicas and status.selector.</summary>
    public bool Scalable { get; init; }

    /// <summary>Columns of kubectl get.</summary>
    public IReadOnlyList<CustomResourceColumnDefinition> Columns { get; init; } = [];

    /// <summary>The name of the CustomResourceDefinition.</summary>
    public string Name => $"{Plural}.{ApiGroup.Name}";

    /// <summary>The same without rules in CEL, which kubectl does not let through to a server that does not know them (before 1.25). They are checked all the same, by the operator.</summary>
    public Crd WithoutCel() => this with { Schema = Schema.WithoutRules() };

    /// <summary>The CustomResourceDefinition, as it is applied.</summary>
    public CustomResourceDefinition ToResource() => new()
    {
        Metadata = new() { Name = Name },
        Spec = new()
        {
            Group = ApiGroup.Name,
            Names = new()
            {
                Kind = Kind,
                ListKind = $"{Kind}List",
                Plural = Plural,
                Singular = Kind.ToLowerInvariant(),
                ShortNames = ShortNames.Count == 0 ? null : ShortNames,
            },
            Scope = "Namespaced",
            Versions = [new()
            {
                Name = ApiGroup.Version,
                Served = true,
                Storage = true,
                Schema = Element(new JsonObject { ["openAPIV3Schema"] = Schema.ToJson() }),
                Subresources = Element(Subresources()),
                AdditionalPrinterColumns = Columns,
            }],
        },
    };

    /// <summary>The CustomResourceDefinition as JSON.</summary>
    public JsonObject ToJson() => JsonNode.Parse(CustomResourceDefinition.Type.ToJson(ToResource()))!.AsObject();

    /// <summary>The kind without what is particular to it: the schema of its type, below the fields of every object.</summary>
    internal static Crd Of<T>(JsonTypeInfo<T> json, IEnumerable<CelRule> rules) where T : class, IResource<T>
    {
        var schema = SchemaReader.Read(json);
        var spec = schema.Fields.Single(f => f.Name == "spec");
        var status = schema.Fields.Single(f => f.Name == "status");
        return new()
        {
            Kind = T.Type.Kind,
            Plural = T.Type.Plural,
            Schema = (schema with { Fields = [.. OfEveryObject, spec, status] }).With(rules),
        };
    }

    static readonly Field[] OfEveryObject =
    [
        new("apiVersion", new() { Type = "string", Description = "API group and version of this object." }, Required: false),
        new("kind", new() { Type = "string", Description = "Kind of this object." }, Required: false),
        new("metadata", new() { Type = "object" }, Required: false),
    ];

    JsonObject Subresources()
    {
        var subresources = new JsonObject { ["status"] = new JsonObject() };
        if (Scalable)
            subresources["scale"] = new JsonObject
            {
                ["specReplicasPath"] = ".spec.replicas",
                ["statusReplicasPath"] = ".status.replicas",
                ["labelSelectorPath"] = ".status.selector",
            };
        return subresources;
    }

    static JsonElement Element(JsonObject json)
    {
        using var document = JsonDocument.Parse(json.ToJsonString());
        return document.RootElement.Clone();
    }
}
