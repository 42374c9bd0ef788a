using System.Globalization;
using System.Text;

namespace Druid.StateMachine.Replaying;

/// <summary>
/// Writes a view as words and <c>name=value</c> pairs, separated by blanks; what has its usual value is left out. Values are
/// numbers, names and lists of them: never a blank, a bar or a quotation mark.
/// </summary>
public sealed class NotationWriter
{
    readonly StringBuilder text = new();

    /// <summary>Writes a word if it holds.</summary>
    public NotationWriter Word(string word, bool holds) => holds ? Append(word) : this;

    /// <summary>Writes a number unless it is the usual one.</summary>
    public NotationWriter Number(string name, long value, long usual = 0) =>
        value == usual ? this : Append(string.Create(CultureInfo.InvariantCulture, $"{name}={value}"));

    /// <summary>Writes a value by its name unless it is the usual one.</summary>
    public NotationWriter Name<T>(string name, T value, T usual = default) where T : struct, Enum =>
        EqualityComparer<T>.Default.Equals(value, usual) ? this : Append($"{name}={value}");

    /// <summary>Writes a text unless it is empty.</summary>
    public NotationWriter Text(string name, string value) => value.Length == 0 ? this : Append($"{name}={value}");

    /// <inheritdoc />
    public override string ToString() => text.ToString();

    NotationWriter Append(string word)
    {
        text.Append(text.Length == 0 ? "" : " ").Append(word);
        return this;
    }
}

/// <summary>Reads what <see cref="NotationWriter"/> wrote.</summary>
public sealed class NotationReader
{
    readonly Dictionary<string, string> values = [];

    /// <summary>Reads a view's words.</summary>
    /// <exception cref="FormatException">A word occurs twice.</exception>
    public NotationReader(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = word.IndexOf('=', StringComparison.Ordinal) is var at and > 0 ? (word[..at], word[(at + 1)..]) : (word, "");
            if (!values.TryAdd(name, value))
            {
                throw new FormatException($"'{name}' occurs twice in '{text}'.");
            }
        }
    }

    /// <summary>Whether a word was written.</summary>
    public bool Word(string word) => values.Remove(word);

    /// <summary>A number, or the usual one.</summary>
    /// <exception cref="FormatException">It is no number.</exception>
    public long Number(string name, long usual = 0) =>
        values.Remove(name, out var value) ? long.Parse(value, CultureInfo.InvariantCulture) : usual;

    /// <summary>A value by its name, or the usual one.</summary>
    /// <exception cref="FormatException">There is none of this name.</exception>
    public T Name<T>(string name, T usual = default) where T : struct, Enum =>
        values.Remove(name, out var value) ? Named<T>(value) : usual;

    /// <summary>A text, or an empty one.</summary>
    public string Text(string name) => values.Remove(name, out var value) ? value : "";

    /// <summary>Says that all was read.</summary>
    /// <exception cref="FormatException">Something is left: another version of the operator wrote it.</exception>
    public void End()
    {
        if (values.Count > 0)
        {
            throw new FormatException($"'{string.Join(' ', values.Keys)}' is not known to this version of the operator.");
        }
    }

    /// <summary>A value by its name.</summary>
    /// <exception cref="FormatException">There is none of this name.</exception>
    public static T Named<T>(string name) where T : struct, Enum => Enum.TryParse<T>(name, ignoreCase: false, out var found) && Enum.IsDefined(found)
        ? found
        : throw new FormatException($"'{name}' is no {typeof(T).Name}.");
}
