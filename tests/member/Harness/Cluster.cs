using Druid.Member.Etcd;
using Druid.Member.Etcd.Rpc;
using Druid.Member.Stores;
using Druid.Member.Stores.Local;
using Google.Protobuf;

namespace Druid.MemberTests.Harness;

/// <summary>Members on the loopback interface, configured as the operator would configure their pods.</summary>
sealed class Cluster : IAsyncDisposable
{
    readonly List<Pod> _pods = [];

    public Cluster(int size, Security? security = null, Leases? leases = null)
    {
        (Security, Leases) = (security, leases);
        Root = Directory.CreateTempSubdirectory("druid-member-").FullName;
        Grow(size);
    }

    public string Root { get; }

    public Security? Security { get; }

    public Leases? Leases { get; }

    public bool PeerTls { get; set; }

    /// <summary>Members hold certificates for each other even while they listen without.</summary>
    public bool PeersHoldCertificates { get; set; }

    /// <summary>Entries that etcd applies between two snapshots of its own, of which it keeps the last 5,000 for members that are behind.</summary>
    public int SnapshotCount { get; set; } = 10_000;

    /// <summary>Bytes that a member's database may have.</summary>
    public long Quota { get; set; } = 1L << 30;

    /// <summary>Flags of backups for all sidecars; none without.</summary>
    public string[] BackupFlags { get; set; } = [];

    /// <summary>The directory that <see cref="UseLocalStore"/> puts backups into.</summary>
    public string StoreDirectory => Path.Combine(Root, "bucket", "backups");

    /// <summary>Has all sidecars take backups into a directory, deltas every second.</summary>
    public void UseLocalStore(params string[] more)
    {
        Directory.CreateDirectory(StoreDirectory);
        BackupFlags =
        [
            "--storage-provider=Local", "--store-container=bucket", "--store-prefix=backups", "--delta-snapshot-period=1s", "--schedule=0 0 1 1 *",
            .. Leases is null ? Array.Empty<string>() : ["--enable-snapshot-lease-renewal=true", "--full-snapshot-lease-name=e-full-snap", "--delta-snapshot-lease-name=e-delta-snap"],
            .. more,
        ];
    }

    /// <summary>The store as the sidecars see it.</summary>
    public IObjectStore Store() => new LocalStore(StoreDirectory, TimeProvider.System);

    public IReadOnlyList<Pod> Pods => _pods;

    public Pod this[int ordinal] => _pods[ordinal];

    /// <summary>Gives the cluster pods up to a size; none is started.</summary>
    public void Grow(int size)
    {
        while (_pods.Count < size) _pods.Add(new Pod(this, _pods.Count));
    }

    /// <summary>Takes the last pod away.</summary>
    public void Shrink()
    {
        _pods[^1].Dispose();
        _pods.RemoveAt(_pods.Count - 1);
    }

    public async Task Start()
    {
        foreach (var pod in _pods) pod.Start();
        await UntilReady();
    }

    public Task UntilReady() => Task.WhenAll(_pods.Select(pod => pod.UntilReady()));

    public EtcdClient Client(params Uri[] endpoints) => new(new()
    {
        Endpoints = endpoints.Length > 0 ? endpoints : [.. _pods.Select(pod => pod.ClientUrl)],
        Tls = Security?.ClientTls,
    });

    public HttpClient HttpClient() => Security is null ? new() { Timeout = TimeSpan.FromSeconds(10) } : new(Security.Handler()) { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Writes, and tries again while the members elect a leader.</summary>
    public Task Put(string key, string value) => Eventually.Is($"{key} is written", async () =>
    {
        try
        {
            using var client = Client();
            await client.Put(new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) }, default);
            return true;
        }
        catch (EtcdException)
        {
            return false;
        }
    });

    public async Task<string?> Get(string key)
    {
        using var client = Client();
        return (await client.Range(new RangeRequest { Key = ByteString.CopyFromUtf8(key) }, default)).Kvs.FirstOrDefault()?.Value.ToStringUtf8();
    }

    public async Task<IReadOnlyList<ClusterMember>> Members()
    {
        using var client = Client(_pods[0].ClientUrl);
        return (await client.MemberList(default)).Members;
    }

    /// <summary>Waits until etcd lists so many voters and nobody else.</summary>
    public Task UntilVoters(int count) => Eventually.Is($"{count} voters", async () =>
    {
        try
        {
            var members = await Members();
            return members.Count == count && members.All(m => !m.IsLearner);
        }
        catch (EtcdException)
        {
            return false;
        }
    }, () => string.Join('\n', _pods.Select(pod => pod.Log)));

    public string Configuration(Pod pod) => $"""
        advertise-client-urls:
        {Map(p => p.ClientUrl)}
        data-dir: {pod.DataDirectory}
        initial-advertise-peer-urls:
        {Map(p => p.PeerUrl)}
        initial-cluster: {string.Join(',', _pods.Select(p => $"{p.Name}={Text(p.PeerUrl)}"))}
        initial-cluster-state: new
        initial-cluster-token: etcd-cluster
        listen-client-urls: {Listen(pod.ClientUrl)}
        listen-peer-urls: {Listen(pod.PeerUrl)}
        name: etcd-config
        next-cluster-version-compatible: true
        quota-backend-bytes: {Quota}
        snapshot-count: {SnapshotCount}
        {Security?.Configuration(PeerTls || PeersHoldCertificates)}
        """;

    public async ValueTask DisposeAsync()
    {
        foreach (var pod in _pods) pod.Dispose();
        if (Leases is not null) await Leases.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }

    string Map(Func<Pod, Uri> url) => string.Join('\n', _pods.Select(p => $"  {p.Name}:\n  - {Text(url(p))}"));

    static string Text(Uri url) => url.GetLeftPart(UriPartial.Authority);

    // etcd listens on addresses, not on names.
    static string Listen(Uri url) => $"{url.Scheme}://127.0.0.1:{url.Port}";
}
