using Druid.Kubernetes.Resources;
using Druid.Member.Etcd;
using Druid.Member.Etcd.Rpc;
using Google.Protobuf;

namespace Druid.EndToEndTests;

/// <summary>A client writes more than the cluster may hold.</summary>
[Collection(nameof(Installation))]
public sealed class QuotaTests(Installation druid) : IAsyncLifetime
{
    static readonly ByteString Large = ByteString.CopyFrom(new byte[1 << 20]);

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => druid.CleanUp();

    [Fact]
    public async Task A_cluster_that_ran_into_its_quota_accepts_writes_again_once_its_history_is_compacted()
    {
        var key = await druid.CreateReady(3, spec => spec with { Etcd = spec.Etcd with { Quota = Quantity.Parse("64Mi") } });
        await using var workload = await druid.StartWorkload(key);
        await workload.UntilWritten(50);
        using var client = new EtcdClient(new() { Endpoints = [await druid.ClientUrl(key)] });

        // One key, again and again: it is its history that fills the database.
        var revision = 0L;
        await Installation.Eventually("writes are refused for want of space", async () =>
        {
            try
            {
                revision = (await client.Put(new PutRequest { Key = ByteString.CopyFromUtf8("large"), Value = Large }, default)).Header.Revision;
                return (null, $"revision {revision}");
            }
            catch (EtcdException full) when (full.Error == EtcdError.NoSpace)
            {
                return (full, "");
            }
        }, TimeSpan.FromMinutes(2));

        await client.Compact(new CompactionRequest { Revision = revision, Physical = true }, default);
        await workload.UntilWritten(50);
        await druid.UntilReady(key, 3);
        await workload.Verify();
    }
}
