using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Druid.Kubernetes.Resources;

namespace Druid.Member.Commands;

/// <summary>
/// Flags that belong together, in the notation that the containers' arguments use: <c>--name=value</c>, a switch also
/// without a value, durations as <c>1h30m</c>, lists separated by commas.
/// </summary>
abstract class FlagGroup
{
    readonly List<Option> _flags = [];

    /// <summary>Makes a command accept these flags.</summary>
    public void AddTo(Command command)
    {
        foreach (var flag in _flags) command.Options.Add(flag);
    }

    /// <summary>A text.</summary>
    protected Option<string> Text(string name, string otherwise, string help, string? shorthand = null) =>
        Flag(name, shorthand, help, otherwise, token => token);

    /// <summary>A text without a default.</summary>
    protected Option<string?> OptionalText(string name, string help) => Flag<string?>(name, null, help, null, token => token.Length > 0 ? token : null);

    /// <summary>A whole number.</summary>
    protected Option<long> Number(string name, long otherwise, long least, string help, string? shorthand = null) =>
        Flag(name, shorthand, help, otherwise, token => long.TryParse(token, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw new FormatException($"'{token}' is not a whole number of at least {least}"));

    /// <summary>A TCP port; 0 for a free one.</summary>
    protected Option<int> Port(string name, int otherwise, string help, string? shorthand = null) =>
        Flag(name, shorthand, help, otherwise, token => int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= ushort.MaxValue
            ? port
            : throw new FormatException($"'{token}' is not a port: use a number from 0 to {ushort.MaxValue}"));

    /// <summary>A host and a port; an empty host is this machine.</summary>
    protected Option<(string Host, int Port)> HostPort(string name, (string Host, int Port) otherwise, string help) =>
        Flag(name, null, help, otherwise, token =>
            token.LastIndexOf(':') is >= 0 and var split
                && !token.Contains("//", StringComparison.Ordinal)
                && int.TryParse(token.AsSpan(split + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue
                ? (split == 0 ? "localhost" : token[..split], port)
                : throw new FormatException($"'{token}' is not host:port without a scheme"));

    /// <summary>A span of time.</summary>
    protected Option<TimeSpan> Span(string name, TimeSpan otherwise, string help) =>
        Flag(name, null, help, otherwise, token => Duration.Parse(token).ToTimeSpan());

    /// <summary>True or false; true if it stands alone.</summary>
    protected Option<Toggle> Switch(string name, bool otherwise, string help)
    {
        var flag = Flag<Toggle>(name, null, help, new(otherwise), token => token switch
        {
            "1" or "t" or "T" or "true" or "TRUE" or "True" => new(true),
            "0" or "f" or "F" or "false" or "FALSE" or "False" => new(false),
            _ => throw new FormatException($"'{token}' is neither true nor false"),
        });
        flag.Arity = ArgumentArity.ZeroOrOne;
        // The default also stands in for the value that a flag without one lacks.
        flag.DefaultValueFactory = result => new(result.Parent is OptionResult { Implicit: false } || otherwise);
        return flag;
    }

    /// <summary>A list, given at once or by repeating the flag.</summary>
    protected Option<string[]> List(string name, string[] otherwise, string help, string? shorthand = null)
    {
        var flag = new Option<string[]>("--" + name)
        {
            Description = help,
            Arity = ArgumentArity.OneOrMore,
            DefaultValueFactory = _ => otherwise,
            CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
        };
        if (shorthand is not null) flag.Aliases.Add("-" + shorthand);
        _flags.Add(flag);
        return flag;
    }

    /// <summary>A flag that is only taken with a value that asks for nothing.</summary>
    protected void Refused(string name, string help, Func<string, bool> asksNothing, string instead) =>
        Flag(name, null, help, "", token => asksNothing(token) ? token : throw new FormatException(instead));

    /// <summary>One of several words.</summary>
    protected Option<string> Choice(string name, string otherwise, string help, params string[] words) =>
        Flag(name, null, $"{help} ({string.Join(" | ", words)})", otherwise, token => words.Contains(token)
            ? token
            : throw new FormatException($"'{token}' is none of {string.Join(", ", words)}"));

    Option<T> Flag<T>(string name, string? shorthand, string help, T otherwise, Func<string, T> parse)
    {
        var flag = new Option<T>("--" + name)
        {
            Description = help,
            Arity = ArgumentArity.ExactlyOne,
            DefaultValueFactory = _ => otherwise,
            CustomParser = result => Parsed(result, parse, otherwise),
        };
        if (shorthand is not null) flag.Aliases.Add("-" + shorthand);
        _flags.Add(flag);
        return flag;
    }

    static T Parsed<T>(ArgumentResult result, Func<string, T> parse, T otherwise)
    {
        try
        {
            return result.Tokens.Count == 0 ? otherwise : parse(result.Tokens[^1].Value);
        }
        catch (FormatException wrong)
        {
            result.AddError($"{(result.Parent as OptionResult)?.IdentifierToken?.Value}: {wrong.Message}");
            return otherwise;
        }
    }
}

/// <summary>The value of a switch. The parser would give a plain bool no say in what is an error.</summary>
readonly record struct Toggle(bool On)
{
    public static implicit operator bool(Toggle toggle) => toggle.On;
}
