using System.Security.Cryptography;
using Druid.Member.Etcd;
using Druid.Member.Etcd.Rpc;
using Druid.MemberTests.Harness;
using Druid.Testing;
using Google.Protobuf;

namespace Druid.MemberTests;

public class EtcdClientTests
{
    static readonly ByteString Key = ByteString.CopyFromUtf8("key");

    [Fact]
    public async Task Keys_transactions_leases_and_watches_work_as_etcd_documents_them()
    {
        await using var cluster = new Cluster(1);
        await cluster.Start();
        using var client = cluster.Client();

        var first = (await client.Put(new PutRequest { Key = Key, Value = Bytes("1") }, default)).Header.Revision;
        var txn = await client.Txn(new TxnRequest
        {
            Compare = { new Compare { Key = Key, Target = Compare.Types.CompareTarget.Mod, ModRevision = first } },
            Success = { new RequestOp { RequestPut = new PutRequest { Key = Key, Value = Bytes("2") } } },
        }, default);
        Assert.True(txn.Succeeded);

        var lease = await client.LeaseGrant(new LeaseGrantRequest { TTL = 60 }, default);
        Assert.Equal(60, await client.LeaseKeepAlive(lease.ID, default));
        await client.LeaseRevoke(new LeaseRevokeRequest { ID = lease.ID }, default);
        var gone = await Assert.ThrowsAsync<EtcdException>(() => client.LeaseKeepAlive(lease.ID, default));
        Assert.Equal(EtcdError.LeaseNotFound, gone.Error);

        var values = new List<string>();
        await foreach (var response in client.Watch(new WatchCreateRequest { Key = Key, StartRevision = first }, default))
        {
            values.AddRange(response.Events.Select(e => e.Kv.Value.ToStringUtf8()));
            if (values.Count == 2) await client.Put(new PutRequest { Key = Key, Value = Bytes("3") }, default);
            if (values.Count >= 3) break;
        }
        Assert.Equal(["1", "2", "3"], values);
    }

    [Fact]
    public async Task A_compacted_revision_is_a_typed_error_of_range_and_watch()
    {
        await using var cluster = new Cluster(1);
        await cluster.Start();
        using var client = cluster.Client();
        await client.Put(new PutRequest { Key = Key, Value = Bytes("1") }, default);
        var revision = (await client.Put(new PutRequest { Key = Key, Value = Bytes("2") }, default)).Header.Revision;
        await client.Compact(new CompactionRequest { Revision = revision, Physical = true }, default);

        var range = await Assert.ThrowsAsync<EtcdException>(() => client.Range(new RangeRequest { Key = Key, Revision = 1 }, default));
        Assert.Equal((EtcdError.Compacted, GrpcStatus.OutOfRange), (range.Error, range.Status));
        Assert.Contains(cluster[0].ClientUrl.GetLeftPart(UriPartial.Authority), range.Message, StringComparison.Ordinal);

        var watch = await Assert.ThrowsAsync<EtcdException>(async () =>
        {
            await foreach (var _ in client.Watch(new WatchCreateRequest { Key = Key, StartRevision = 1 }, default)) { }
        });
        Assert.Equal(EtcdError.Compacted, watch.Error);
    }

    [Fact]
    public async Task A_snapshot_is_the_database_followed_by_its_hash()
    {
        await using var cluster = new Cluster(1);
        await cluster.Start();
        using var client = cluster.Client();
        for (var i = 0; i < 20; i++)
            await client.Put(new PutRequest { Key = Bytes($"big-{i}"), Value = ByteString.CopyFrom(new byte[100_000]) }, default);

        using var snapshot = new MemoryStream();
        await foreach (var piece in client.Snapshot(default)) snapshot.Write(piece.Span);

        var bytes = snapshot.ToArray();
        Assert.True(bytes.Length > 2_000_000);
        Assert.Equal(SHA256.HashData(bytes.AsSpan(..^32)), bytes[^32..]);
    }

    [Fact]
    public async Task A_dead_endpoint_is_passed_over_for_reads_and_for_writes()
    {
        await using var cluster = new Cluster(1);
        await cluster.Start();
        var dead = new UriBuilder("http", "localhost", FreePorts.Next()).Uri;
        using var client = cluster.Client(dead, cluster[0].ClientUrl);

        await client.Put(new PutRequest { Key = Key, Value = Bytes("1") }, default);
        Assert.Equal(1, (await client.Range(new RangeRequest { Key = Key }, default)).Count);
        var failure = await Assert.ThrowsAsync<EtcdException>(() => client.At(dead).Range(new RangeRequest { Key = Key }, default));
        Assert.Equal((EtcdError.NotConnected, GrpcStatus.Unavailable, dead), (failure.Error, failure.Status, failure.Endpoint));
    }

    [Fact]
    public async Task An_endpoint_that_never_answers_is_given_up_in_time()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        using var client = new EtcdClient(new() { Endpoints = [new($"http://{silent.LocalEndpoint}")], CallTimeout = TimeSpan.FromMilliseconds(200) });

        var failure = await Assert.ThrowsAsync<EtcdException>(() => client.Range(new RangeRequest { Key = Key }, default));
        Assert.Equal((GrpcStatus.DeadlineExceeded, EtcdError.TimedOut), (failure.Status, failure.Error));

        using var caller = new CancellationTokenSource(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.Within(TimeSpan.FromMinutes(1)).Range(new RangeRequest { Key = Key }, caller.Token));
    }

    [Fact]
    public async Task Users_authenticate_and_a_lost_token_is_renewed()
    {
        await using var cluster = new Cluster(1);
        await cluster.Start();
        Etcdctl(cluster, "user add root:secret", "user grant-role root root", "auth enable");

        using (var nobody = cluster.Client())
        {
            var refused = await Assert.ThrowsAsync<EtcdException>(() => nobody.Range(new RangeRequest { Key = Key }, default));
            Assert.Equal(EtcdError.PermissionDenied, refused.Error);
        }
        Assert.True(await cluster[0].IsReady(), "a member that asks for a user still answers linearizable reads");

        using var root = new EtcdClient(new() { Endpoints = [cluster[0].ClientUrl], Username = "root", Password = "secret" });
        await root.Put(new PutRequest { Key = Key, Value = Bytes("1") }, default);
        // Tokens live in etcd's memory.
        await cluster[0].Stop();
        cluster[0].StartWrapper();
        await cluster.UntilReady();
        Assert.Equal(1, (await root.Range(new RangeRequest { Key = Key }, default)).Count);

        using var impostor = new EtcdClient(new() { Endpoints = [cluster[0].ClientUrl], Username = "root", Password = "guess" });
        Assert.Equal(EtcdError.AuthFailed, (await Assert.ThrowsAsync<EtcdException>(() => impostor.Range(new RangeRequest { Key = Key }, default))).Error);
    }

    [Fact]
    public async Task Tls_needs_the_right_authority_and_certificates_are_read_again_when_they_change()
    {
        using var security = new Security();
        using var stranger = new Security();
        await using var cluster = new Cluster(1, security);
        await cluster.Start();
        var endpoint = cluster[0].ClientUrl;

        using (var distrusting = new EtcdClient(new() { Endpoints = [endpoint], Tls = stranger.ClientTls }))
            Assert.Equal(EtcdError.NotConnected, (await Assert.ThrowsAsync<EtcdException>(() => distrusting.Status(default))).Error);
        using (var unknown = new EtcdClient(new() { Endpoints = [endpoint], Tls = new(security.Authorities) }))
            Assert.Equal(GrpcStatus.Unavailable, (await Assert.ThrowsAsync<EtcdException>(() => unknown.Status(default))).Status);

        var tls = security.ClientTls;
        using (var known = new EtcdClient(new() { Endpoints = [endpoint], Tls = tls })) await known.Status(default);
        security.Issue("client", serial: 9);
        using (var rotated = new EtcdClient(new() { Endpoints = [endpoint], Tls = tls })) await rotated.Status(default);
    }

    static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);

    static void Etcdctl(Cluster cluster, params string[] commands)
    {
        foreach (var command in commands)
        {
            var start = new System.Diagnostics.ProcessStartInfo("etcdctl", [$"--endpoints={cluster[0].ClientUrl}", .. command.Split(' ')]) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["ETCDCTL_API"] = "3";
            using var process = System.Diagnostics.Process.Start(start)!;
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"etcdctl {command}: {process.StandardError.ReadToEnd()}");
        }
    }
}
