namespace Druid.Api.Validation;

/// <summary>What is wrong with one field.</summary>
/// <param name="Path">The field, such as spec.etcd.clientPort or spec.etcd.additionalAdvertisePeerURLs[0].urls[1].</param>
/// <param name="Value">What it says, as JSON; null where the error is that it says nothing.</param>
/// <param name="Rule">Name of the rule that it breaks.</param>
/// <param name="Message">What it must be, and what to do.</param>
public sealed record FieldError(string Path, string? Value, string Rule, string Message)
{
    /// <summary>One line for people: <c>spec.etcd.clientPort is -1: must be from 1 to 65535</c>.</summary>
    public override string ToString() => Value is null ? $"{Path}: {Message}" : $"{Path} is {Value}: {Message}";
}
