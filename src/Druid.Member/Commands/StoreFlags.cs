using System.CommandLine;
using Druid.Member.Stores;

namespace Druid.Member.Commands;

/// <summary>Flags that name a store of snapshots.</summary>
sealed class StoreFlags : FlagGroup
{
    const string DefaultLocalContainer = "default.bkp";

    readonly string _prefix;
    readonly Option<string?> _provider;
    readonly Option<string?> _container;
    readonly Option<string?> _path;
    readonly Option<string?> _endpoint;
    readonly Option<long> _parallel;
    readonly Option<long> _partSize;
    readonly Option<string> _temp;

    /// <param name="prefix">Put before each name: empty, or <c>source-</c> for the store that is copied from.</param>
    public StoreFlags(string prefix = "")
    {
        _prefix = prefix;
        _provider = OptionalText(prefix + "storage-provider", "Kind of store: S3, ABS, GCS, OSS, Swift, ECS, OCS or Local; none without it.");
        _container = OptionalText(prefix + "store-container", $"Bucket or container; default: the environment variable {Variables}STORAGE_CONTAINER.");
        _path = OptionalText(prefix + "store-prefix", "Path inside of the container.");
        _endpoint = OptionalText(prefix + "store-endpoint-override", "Endpoint to use instead of the provider's.");
        _parallel = Number(prefix + "max-parallel-chunk-uploads", 5, 1, "How many parts of a snapshot are uploaded at a time.");
        _partSize = Number(prefix + "min-chunk-size", StoreOptions.SmallestPart, StoreOptions.SmallestPart, "Smallest part of a multipart upload in bytes.");
        _temp = Text(prefix + "snapstore-temp-directory", "/tmp", "Directory for snapshots on their way.");
    }

    /// <summary>The kind of store; null for none.</summary>
    public string? Provider(ParseResult parsed) => parsed.GetValue(_provider);

    /// <summary>The store that the flags and the pod's environment name; null where they name none.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <param name="otherwise">What a flag that was not given says, as the store that is copied from takes after the one copied to.</param>
    /// <exception cref="FormatException">A flag makes no sense, or the container is missing.</exception>
    public StoreOptions? Read(ParseResult parsed, Func<string, string?> environment, StoreOptions? otherwise = null)
    {
        if ((Parse(parsed.GetValue(_provider)) ?? otherwise?.Provider) is not { } provider) return null;
        return new()
        {
            Provider = provider,
            Container = parsed.GetValue(_container)
                ?? environment($"{Variables}STORAGE_CONTAINER").NullIfEmpty()
                ?? (provider == StoreProvider.Local ? DefaultLocalContainer : throw new FormatException(
                    $"--{_prefix}storage-provider={provider} needs a container: give --{_prefix}store-container or the environment variable {Variables}STORAGE_CONTAINER")),
            Prefix = (parsed.GetValue(_path) ?? otherwise?.Prefix ?? "").Trim('/'),
            Endpoint = Url(parsed.GetValue(_endpoint)),
            ParallelParts = (int)Math.Min(parsed.GetValue(_parallel), 1000),
            PartSize = (int)Math.Min(parsed.GetValue(_partSize), 1 << 30),
            TempDirectory = parsed.GetValue(_temp)!,
            VariablePrefix = Variables,
        };
    }

    string Variables => _prefix.Replace('-', '_').ToUpperInvariant();

    StoreProvider? Parse(string? name)
    {
        try
        {
            return name is null ? null : StoreProviders.Parse(name);
        }
        catch (FormatException unknown)
        {
            throw new FormatException($"--{_prefix}storage-provider: {unknown.Message}", unknown);
        }
    }

    Uri? Url(string? text) => text is null ? null
        : Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}", UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url
        : throw new FormatException($"--{_prefix}store-endpoint-override: '{text}' is not an http or https URL");
}

static class Texts
{
    /// <summary>An empty text is as good as none.</summary>
    public static string? NullIfEmpty(this string? text) => string.IsNullOrEmpty(text) ? null : text;
}
