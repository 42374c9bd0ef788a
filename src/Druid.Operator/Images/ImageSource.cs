using System.Text.Json;
using System.Text.Json.Nodes;

namespace Druid.Operator.Images;

/// <summary>One entry of an image vector.</summary>
/// <param name="Name">What the image is for.</param>
/// <param name="Repository">Registry and path, without a tag.</param>
/// <param name="Tag">A tag, or a digest that begins with <c>sha256:</c>.</param>
/// <param name="Reference">The whole reference, instead of repository and tag.</param>
/// <param name="Architectures">For which processors; empty for all.</param>
sealed record ImageSource(string Name, string? Repository, string? Tag, string? Reference, IReadOnlyList<string> Architectures)
{
    // The architecture that is meant where an image vector has an entry for each of several.
    const string UsualArchitecture = "amd64";

    /// <summary>Whether the entry is for nodes like the usual ones.</summary>
    public bool Runs => Architectures.Count == 0 || Architectures.Contains(UsualArchitecture);

    /// <summary>Takes a reference apart, so that its repository or tag can be overridden alone.</summary>
    public static ImageSource Parse(string name, string reference)
    {
        var digest = reference.IndexOf('@', StringComparison.Ordinal);
        // A colon before the last slash is that of the registry's port.
        var split = digest >= 0 ? digest : reference.IndexOf(':', reference.LastIndexOf('/') + 1);
        return split < 0
            ? new(name, reference, null, null, [])
            : new(name, reference[..split], reference[(split + 1)..], null, []);
    }

    /// <summary>Reads an entry.</summary>
    /// <exception cref="FormatException">It is none; the message says which and why.</exception>
    public static ImageSource Read(JsonNode? entry, int index)
    {
        if (entry is not JsonObject fields) throw new FormatException($"images[{index}] is no map with name, repository and tag.");
        var name = Text("name") ?? throw new FormatException($"images[{index}] has no name.");
        return new(name, Text("repository"), Text("tag"), Text("ref"), [.. Architectures()]);

        string? Text(string field) => fields[field] switch
        {
            null => null,
            JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
            _ => throw new FormatException($"images[{index}].{field} is no text; put it in quotes."),
        };

        IEnumerable<string> Architectures() => fields["architectures"] switch
        {
            null => [],
            JsonArray list when list.All(item => item?.GetValueKind() == JsonValueKind.String) => list.Select(item => item!.GetValue<string>()),
            _ => throw new FormatException($"images[{index}].architectures is no list of texts."),
        };
    }

    /// <summary>This entry, completed by the one that it overrides.</summary>
    public ImageSource Over(ImageSource known) =>
        Reference is not null || (Repository is null && known.Reference is not null)
            ? this with { Reference = Reference ?? known.Reference }
            : this with { Repository = Repository ?? known.Repository, Tag = Tag ?? known.Tag };

    /// <summary>The reference by which nodes pull the image.</summary>
    public override string ToString() =>
        Reference
        ?? (Tag is null ? Repository : $"{Repository}{(Tag.StartsWith("sha256:", StringComparison.Ordinal) ? '@' : ':')}{Tag}")
        ?? "";
}
