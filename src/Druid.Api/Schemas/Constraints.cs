using System.Text.Json.Nodes;

namespace Druid.Api.Schemas;

/// <summary>Says more about a field, or about a type wherever it is used, than its C# type does. One declaration: the CRD, the operator's own checks and the reference are made from it.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class, AllowMultiple = true)]
abstract class ConstraintAttribute : Attribute
{
    /// <summary>The constraint holds for each item of the list and not for the list itself.</summary>
    public bool OfItems { get; init; }

    /// <summary>The schema with this constraint added.</summary>
    public Schema AddTo(Schema schema) => OfItems ? schema with { Items = Add(schema.Items!) } : Add(schema);

    protected abstract Schema Add(Schema schema);
}

/// <summary>The field must be present. Applied to the object that has the field, hence no constraint of the field itself.</summary>
[AttributeUsage(AttributeTargets.Property)]
sealed class RequiredAttribute : Attribute;

/// <summary>The text is one of these.</summary>
sealed class EnumAttribute(params string[] values) : ConstraintAttribute
{
    protected override Schema Add(Schema schema) => schema with { Enum = values };
}

/// <summary>The text matches the regular expression, one of <see cref="Patterns"/>.</summary>
sealed class PatternAttribute(string pattern) : ConstraintAttribute
{
    protected override Schema Add(Schema schema) => schema with { Pattern = pattern };
}

/// <summary>What the API server fills in where the field is absent.</summary>
sealed class DefaultAttribute(int value) : ConstraintAttribute
{
    protected override Schema Add(Schema schema) => schema with { Default = JsonValue.Create(value) };
}

/// <summary>The number is not less.</summary>
sealed class MinimumAttribute(long value) : ConstraintAttribute
{
    protected override Schema Add(Schema schema) => schema with { Minimum = value };
}

/// <summary>The number is a TCP port.</summary>
sealed class PortAttribute : ConstraintAttribute
{
    protected override Schema Add(Schema schema) => schema with { Minimum = 1, Maximum = 65535 };
}

/// <summary>The text has at least so many characters.</summary>
sealed class MinLengthAttribute(int value) : ConstraintAttribute
{
    protected override Schema Add(Schema schema) => schema with { MinLength = value };
}

/// <summary>The text has at most so many characters.</summary>
sealed class MaxLengthAttribute(int value) : ConstraintAttribute
{
    protected override Schema Add(Schema schema) => schema with { MaxLength = value };
}

/// <summary>The list has at least so many items.</summary>
sealed class MinItemsAttribute(int value) : ConstraintAttribute
{
    protected override Schema Add(Schema schema) => schema with { MinItems = value };
}

/// <summary>The list has at most so many items.</summary>
sealed class MaxItemsAttribute(int value) : ConstraintAttribute
{
    protected override Schema Add(Schema schema) => schema with { MaxItems = value };
}

/// <summary>The object has so many fields.</summary>
sealed class PropertyCountAttribute(int min, int max) : ConstraintAttribute
{
    protected override Schema Add(Schema schema) => schema with { MinProperties = min, MaxProperties = max };
}

/// <summary>How the list is merged, and whether items may repeat: atomic, set, or map by the given key.</summary>
sealed class ListTypeAttribute(string type, params string[] keys) : ConstraintAttribute
{
    protected override Schema Add(Schema schema) => schema with { ListType = type, ListMapKeys = keys.Length == 0 ? null : keys };
}

/// <summary>The object is replaced as a whole when it is merged.</summary>
sealed class AtomicMapAttribute : ConstraintAttribute
{
    protected override Schema Add(Schema schema) => schema with { MapType = "atomic" };
}

/// <summary>An object of Kubernetes' own that is passed on as written, with whatever fields the server at hand knows.</summary>
sealed class OpaqueAttribute : ConstraintAttribute
{
    protected override Schema Add(Schema schema) => schema with { PreserveUnknownFields = true };
}
