using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Druid.Member.Stores.Credentials;

/// <summary>Where the Secret with a store's credentials is mounted: a directory with a file for each entry, or one JSON file with all.</summary>
sealed class CredentialFiles
{
    readonly string _path;

    CredentialFiles(string path) => _path = path;

    /// <summary>
    /// The files that the environment names in <c>…_APPLICATION_CREDENTIALS</c> or <c>…_APPLICATION_CREDENTIALS_JSON</c>. Null where
    /// it names none, or where nothing is mounted there: then the pod's own identity is to be used.
    /// </summary>
    /// <param name="cloud">Begins the variable: <c>AWS</c>, <c>AZURE</c>…</param>
    /// <param name="variablePrefix">Comes before that: <c>SOURCE_</c> for the store that is copied from.</param>
    /// <param name="environment">The environment's variables.</param>
    public static CredentialFiles? Find(string cloud, string variablePrefix, Func<string, string?> environment) =>
        ((string[])["_JSON", ""])
            .Select(suffix => environment($"{variablePrefix}{cloud}_APPLICATION_CREDENTIALS{suffix}"))
            .FirstOrDefault(path => !string.IsNullOrEmpty(path)) is { } found && (Directory.Exists(found) || File.Exists(found))
            ? new(found)
            : null;

    /// <summary>What the files say now.</summary>
    /// <exception cref="StoreException">They cannot be read.</exception>
    public CredentialEntries Read()
    {
        try
        {
            // A JSON file in the directory stands for all entries, as older Secrets have it.
            var file = File.Exists(_path) ? _path : Directory.EnumerateFiles(_path, "*.json").Order(StringComparer.Ordinal).FirstOrDefault();
            return new(_path, file is null ? Separate(_path) : Json(file));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new StoreException(StoreError.Denied, $"the credentials in {_path} cannot be read: {unreadable.Message}", unreadable);
        }
    }

    static Dictionary<string, string> Separate(string directory) =>
        Directory.EnumerateFiles(directory).ToDictionary(file => Path.GetFileName(file), file => File.ReadAllText(file).Trim(), StringComparer.Ordinal);

    static Dictionary<string, string> Json(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return document.RootElement.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.ToString().Trim(), StringComparer.Ordinal);
    }
}

/// <summary>The entries of a Secret at one time. A missing or empty one is null.</summary>
/// <param name="source">Where they are from, for messages.</param>
/// <param name="entries">The entries.</param>
sealed class CredentialEntries(string source, IReadOnlyDictionary<string, string> entries)
{
    /// <summary>An entry's text without white space around it.</summary>
    public string? this[string key] => entries.TryGetValue(key, out var value) && value.Length > 0 ? value : null;

    /// <summary>An entry that has to be there.</summary>
    /// <exception cref="StoreException">It is missing.</exception>
    public string Required(string key) =>
        this[key] ?? throw new StoreException(StoreError.Denied, $"the credentials in {source} have no '{key}': add it to the Secret of the store");

    /// <summary>The same for an entry that is true or false.</summary>
    /// <exception cref="StoreException">It is something else.</exception>
    public bool? Switch(string key) => this[key] switch
    {
        null => null,
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw new StoreException(StoreError.Denied, $"'{key}' of the credentials in {source} is neither true nor false"),
    };

    /// <summary>A store's error that names where these are from.</summary>
    public StoreException Wrong(string what) => new(StoreError.Denied, $"the credentials in {source} {what}");

    /// <summary>Where the file of an entry is.</summary>
    public string FileOf(string key) => Path.Combine(source, key);

    /// <summary>Where another file of the same Secret is, for Secrets that are named by one of their files.</summary>
    public string Beside(string key) => Path.Combine(Path.GetDirectoryName(source) ?? "", key);

    /// <summary>The text of such a file; null if there is none.</summary>
    public string? TextBeside(string key) => File.Exists(Beside(key)) ? File.ReadAllText(Beside(key)).Trim() : null;

    /// <summary>Differs when the entries do.</summary>
    public string Digest { get; } = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={Convert.ToBase64String(Encoding.UTF8.GetBytes(entry.Value))}")))));
}
