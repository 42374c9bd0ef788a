namespace Druid.Member.Stores;

/// <summary>Which store, and how to use it: what the flags of one store say.</summary>
public sealed record StoreOptions
{
    /// <summary>Smallest part that every provider takes in an upload of many parts.</summary>
    public const int SmallestPart = 5 << 20;

    /// <summary>Kind of store.</summary>
    public required StoreProvider Provider { get; init; }

    /// <summary>Bucket or container; of a Local store a directory below the home directory.</summary>
    public required string Container { get; init; }

    /// <summary>Path inside of the container, without the layout's version (<c>v2</c>); empty for its root.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Where the provider's API is; null for where it usually is.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Parts of an object that are uploaded at a time. With <see cref="PartSize"/> it bounds the memory of an upload.</summary>
    public int ParallelParts { get; init; } = 5;

    /// <summary>Bytes of a part.</summary>
    public int PartSize { get; init; } = SmallestPart;

    /// <summary>Directory for what does not fit into memory.</summary>
    public string TempDirectory { get; init; } = "/tmp";

    /// <summary>Begins the names of the environment variables with this store's credentials: empty, or <c>SOURCE_</c> or <c>SECONDARY_</c>.</summary>
    public string VariablePrefix { get; init; } = "";
}
