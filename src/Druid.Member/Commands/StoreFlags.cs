using System.CommandLine;

namespace Druid.Member.Commands;

/// <summary>Flags that name a store of snapshots.</summary>
sealed class StoreFlags : FlagGroup
{
    readonly Option<string?> _provider;

    /// <param name="prefix">Put before each name: empty, or <c>source-</c> for the store that is copied from.</param>
    public StoreFlags(string prefix = "")
    {
        _provider = OptionalText(prefix + "storage-provider", "Kind of store: S3, ABS, GCS, OSS, Swift, ECS, OCS or Local; none without it.");
        OptionalText(prefix + "store-container", "Bucket or container; default: the environment variable STORAGE_CONTAINER.");
        OptionalText(prefix + "store-prefix", "Path inside of the container.");
        OptionalText(prefix + "store-endpoint-override", "Endpoint to use instead of the provider's.");
        Number(prefix + "max-parallel-chunk-uploads", 5, 1, "How many parts of a snapshot are uploaded at a time.");
        Number(prefix + "min-chunk-size", 5 << 20, 1, "Smallest part of a multipart upload in bytes.");
        Text(prefix + "snapstore-temp-directory", "/tmp", "Directory for snapshots on their way.");
    }

    /// <summary>The kind of store; null for none.</summary>
    public string? Provider(ParseResult parsed) => parsed.GetValue(_provider);
}
