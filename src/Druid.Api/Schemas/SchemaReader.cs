using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Druid.Kubernetes.Resources;

namespace Druid.Api.Schemas;

/// <summary>Reads the schema of a type off its source-generated JSON metadata: names and types from the properties, constraints from their attributes, descriptions from their doc comments.</summary>
/// <remarks>Needs no reflection over types: the metadata names each property, so that trimming keeps it with its attributes.</remarks>
static class SchemaReader
{
    /// <summary>The schema of an object of this type.</summary>
    public static Schema Read(JsonTypeInfo type) => type.Kind switch
    {
        JsonTypeInfoKind.Object => ReadObject(type),
        JsonTypeInfoKind.Enumerable => new() { Type = "array", Items = Read(Element(type)) },
        JsonTypeInfoKind.Dictionary => new() { Type = "object", Values = Read(Element(type)) },
        _ => ReadScalar(Nullable.GetUnderlyingType(type.Type) ?? type.Type),
    };

    static JsonTypeInfo Element(JsonTypeInfo type) => type.Options.GetTypeInfo(type.ElementType!);

    static Schema ReadObject(JsonTypeInfo type)
    {
        var schema = new Schema
        {
            Type = "object",
            Description = Descriptions.Of(type.Type),
            Fields = [.. type.Properties.Where(property => property.Get is not null).Select(ReadField)],
        };
        return Constrain(schema, type.Type);
    }

    static Field ReadField(JsonPropertyInfo property)
    {
        var member = (MemberInfo)property.AttributeProvider!;
        var schema = Read(property.Options.GetTypeInfo(property.PropertyType)) with { Description = Descriptions.Of(member) };
        var required = property.IsRequired || member.IsDefined(typeof(RequiredAttribute), inherit: true);
        return new(property.Name, Foreign.Constrain(member, Constrain(schema, member)), required);
    }

    static Schema Constrain(Schema schema, MemberInfo member) =>
        member.GetCustomAttributes<ConstraintAttribute>(inherit: true).Aggregate(schema, (s, constraint) => constraint.AddTo(s));

    static Schema ReadScalar(Type type) =>
        type == typeof(string) ? new() { Type = "string" }
        : type == typeof(bool) ? new() { Type = "boolean" }
        : type == typeof(int) ? new() { Type = "integer", Format = "int32" }
        : type == typeof(long) ? new() { Type = "integer", Format = "int64" }
        : type == typeof(DateTimeOffset) ? new() { Type = "string", Format = "date-time" }
        : type == typeof(Duration) ? new() { Type = "string", Pattern = Patterns.Duration, MaxLength = Patterns.DurationLength }
        : type == typeof(Quantity) ? new() { IntOrString = true, Pattern = Patterns.Quantity }
        : type == typeof(JsonElement) ? new() { Type = "object" }
        : type == typeof(IReadOnlyDictionary<string, string>) ? new() { Type = "object", Values = new() { Type = "string" } }
        : throw new NotSupportedException($"No schema is known for {type}: add it here.");
}
