using Druid.Member.Stores.Azure;
using Druid.Member.Stores.Gcs;
using Druid.Member.Stores.Local;
using Druid.Member.Stores.S3;
using Druid.Member.Stores.Swift;

namespace Druid.Member.Stores;

/// <summary>Opens stores. Opening talks to nobody: whether a store can be reached shows with its first use.</summary>
public sealed class StoreFactory(Func<string, string?> environment, TimeProvider time)
{
    /// <summary>Opens a store with the credentials that the environment names.</summary>
    /// <exception cref="FormatException">Options or environment lack something; the message says what.</exception>
    public IObjectStore Open(StoreOptions options) => options.Provider switch
    {
        StoreProvider.Local => new LocalStore(LocalDirectory(options), time),
        StoreProvider.S3 or StoreProvider.Oss or StoreProvider.Ecs or StoreProvider.Ocs => new S3Store(options, environment, time),
        StoreProvider.Abs => new AzureStore(options, environment, time),
        StoreProvider.Gcs => new GcsStore(options, environment, time),
        StoreProvider.Swift => new SwiftStore(options, environment, time),
        _ => throw new FormatException($"no store of kind {options.Provider}"),
    };

    // Not Combine: a container with a leading slash lies below the home directory too, as it always has.
    string LocalDirectory(StoreOptions options) => environment("HOME") is { Length: > 0 } home
        ? Path.Join(home, options.Container, options.Prefix)
        : throw new FormatException($"the environment variable HOME is not set: the Local store '{options.Container}' is a directory below it");
}
