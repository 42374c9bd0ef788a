using Druid.Api.Schemas;

namespace Druid.Api.Validation;

/// <summary>A rule about objects of a kind that their schema cannot state. One declaration: what the operator and its webhook check, what the API server checks where it can, and what both say.</summary>
/// <param name="Name">What the rule is called, in words joined by dashes.</param>
/// <param name="Message">What must hold, and what to do.</param>
/// <param name="Check">The fields that break the rule.</param>
sealed record Rule<T>(string Name, string Message, Func<Change<T>, IEnumerable<Offence>> Check) where T : class
{
    /// <summary>The same rule, or as much of it as is possible, for the API server.</summary>
    public IReadOnlyList<CelRule> Cel { get; init; } = [];

    /// <summary>The same rule for the API server.</summary>
    /// <param name="at">Path of the value for which it holds.</param>
    /// <param name="expression">The expression over self, and oldSelf where the rule is about a change.</param>
    public Rule<T> InCel(string at, string expression) => this with { Cel = [.. Cel, new(at, expression, Message)] };

    /// <summary>What breaks the rule.</summary>
    public IEnumerable<FieldError> Errors(Change<T> change) =>
        Check(change).Select(offence => new FieldError(offence.Path, offence.Value, Name, Message));
}

/// <summary>An object as it is to be, and as it was.</summary>
/// <param name="Now">The object that is checked.</param>
/// <param name="Before">What it replaces; null for a new object.</param>
sealed record Change<T>(T Now, T? Before) where T : class;

/// <summary>A field that breaks a rule.</summary>
/// <param name="Path">The field.</param>
/// <param name="Value">What it says, as JSON; null where it says nothing.</param>
readonly record struct Offence(string Path, string? Value);
