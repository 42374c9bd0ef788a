using System.Security.Cryptography;
using Druid.Member.Snapshots;
using Druid.Member.Stores;
using Google.Protobuf;

namespace Druid.MemberTests.Backups;

/// <summary>A Local store with sound snapshots in it, made as the agent makes them.</summary>
sealed class SampleStore : IAsyncDisposable
{
    readonly string _home = Directory.CreateTempSubdirectory("druid-sample-").FullName;

    public SampleStore() => Store = new StoreFactory(name => name == "HOME" ? _home : null, TimeProvider.System).Open(new() { Provider = StoreProvider.Local, Container = "bucket", Prefix = "p" });

    public IObjectStore Store { get; }

    public string Home => _home;

    /// <summary>The flags that name it, for a command whose HOME is <see cref="Home"/>.</summary>
    public static string[] Flags() => ["--storage-provider=Local", "--store-container=bucket", "--store-prefix=p"];

    public async Task<Snapshot> Full(long revision, DateTimeOffset taken, Compression compression = Compression.Gzip, bool final = false, int bytes = 5000)
    {
        var database = RandomNumberGenerator.GetBytes(bytes);
        return await Upload(new() { Kind = SnapshotKind.Full, StartRevision = 0, LastRevision = revision, CreatedOn = taken, Compression = compression, IsFinal = final }, [.. database, .. SHA256.HashData(database)]);
    }

    public async Task<Snapshot> Delta(long from, long to, DateTimeOffset taken, Compression compression = Compression.Gzip)
    {
        using var content = new MemoryStream();
        using var writer = new DeltaWriter(content);
        for (var revision = from; revision <= to; revision++)
            writer.Append(new() { Kv = new() { Key = ByteString.CopyFromUtf8($"k{revision}"), Value = ByteString.CopyFromUtf8("v"), ModRevision = revision, CreateRevision = revision, Version = 1 } }, taken);
        await writer.Complete(default);
        return await Upload(new() { Kind = SnapshotKind.Delta, StartRevision = from, LastRevision = to, CreatedOn = taken, Compression = compression }, content.ToArray());
    }

    public string File(Snapshot snapshot) => Path.Combine(_home, "bucket", "p", snapshot.Path);

    public async Task<string[]> Names() => [.. (await SnapshotList.Read(Store, default)).All.Select(snapshot => snapshot.Path)];

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    Task<Snapshot> Upload(Snapshot snapshot, byte[] content) => SnapshotUpload.Upload(Store, snapshot, new MemoryStream(content), default);
}
