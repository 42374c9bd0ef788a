using Druid.Member.Etcd;
using Druid.Member.Etcd.Rpc;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;

namespace Druid.MemberTests.Harness;

/// <summary>Something that a client of etcd does.</summary>
abstract record Operation
{
    public sealed record Put(byte Key, int Size, int Fill, int? Lease) : Operation;

    public sealed record Delete(byte From, byte? To) : Operation;

    public sealed record Transaction(IReadOnlyList<Operation> Parts) : Operation;

    public sealed record Grant(int Lease) : Operation;

    public sealed record Revoke(int Lease) : Operation;

    public sealed record Compact : Operation;
}

/// <summary>Random histories.</summary>
static class History
{
    const int LeaseCount = 5;

    /// <summary>So many operations, values of up to 1 MB among them.</summary>
    public static Gen<Operation[]> OfLength(int count) => Gen.ArrayOf(Any(large: count > 10_000 ? 1 : 4), count);

    static Gen<Operation> Any(int large) => Gen.Frequency(
        (500, Put(100)), (100, Put(5000)), (large, Put(1 << 20)),
        (80, from key in Key from to in Gen.OneOf(Gen.Constant((byte?)null), Key.Select(k => (byte?)k)) select (Operation)new Operation.Delete(key, to)),
        (80, from parts in Gen.ListOf(Put(200), 6) select (Operation)new Operation.Transaction([.. parts])),
        (20, Lease.Select(l => (Operation)new Operation.Grant(l))),
        (10, Lease.Select(l => (Operation)new Operation.Revoke(l))),
        (5, Gen.Constant((Operation)new Operation.Compact())));

    static Gen<Operation> Put(int most) =>
        from key in Key
        from size in Gen.Choose(0, most)
        from fill in Gen.Choose(0, 255)
        from lease in Gen.Frequency((3, Gen.Constant((int?)null)), (1, Lease.Select(l => (int?)l)))
        select (Operation)new Operation.Put(key, size, fill, lease);

    static Gen<byte> Key => Gen.Choose(0, 40).Select(k => (byte)k);

    static Gen<int> Lease => Gen.Choose(1, LeaseCount);
}

/// <summary>Does what a history says; what makes no sense at that moment is passed over.</summary>
sealed class HistoryRunner(EtcdClient etcd)
{
    readonly Dictionary<int, long> _leases = [];
    long _next = 1000;

    /// <summary>The ids of all leases there ever were.</summary>
    public HashSet<long> Used { get; } = [];

    public async Task Do(Operation operation)
    {
        switch (operation)
        {
            case Operation.Put put:
                await etcd.Put(Request(put), default);
                break;
            case Operation.Delete delete:
                await etcd.DeleteRange(Request(delete), default);
                break;
            case Operation.Transaction { Parts: var parts }:
                var transaction = new TxnRequest();
                // etcd refuses a transaction that writes a key twice.
                foreach (var part in parts.OfType<Operation.Put>().DistinctBy(p => p.Key)) transaction.Success.Add(new RequestOp { RequestPut = Request(part) });
                await etcd.Txn(transaction, default);
                break;
            case Operation.Grant { Lease: var lease } when !_leases.ContainsKey(lease):
                _leases[lease] = _next++;
                Used.Add(_leases[lease]);
                await etcd.LeaseGrant(new LeaseGrantRequest { ID = _leases[lease], TTL = 600 + lease }, default);
                break;
            case Operation.Revoke { Lease: var lease } when _leases.Remove(lease, out var id):
                await etcd.LeaseRevoke(new LeaseRevokeRequest { ID = id }, default);
                break;
            case Operation.Compact:
                var revision = await Keyspace.Revision(etcd);
                // What the snapshotter has yet to see stays.
                if (revision > 200) await Tolerated(() => etcd.Compact(new CompactionRequest { Revision = revision - 100 }, default));
                break;
        }
    }

    static async Task Tolerated(Func<Task> compaction)
    {
        try
        {
            await compaction();
        }
        catch (EtcdException already) when (already.Error == EtcdError.Compacted)
        {
            // Nothing was written since the last one.
        }
    }

    PutRequest Request(Operation.Put put) => new() { Key = Key(put.Key), Value = Value(put), Lease = put.Lease is { } lease ? _leases.GetValueOrDefault(lease) : 0 };

    static DeleteRangeRequest Request(Operation.Delete delete) =>
        delete.To is { } to && to > delete.From ? new() { Key = Key(delete.From), RangeEnd = Key(to) } : new() { Key = Key(delete.From) };

    // Binary, of several lengths, with the bytes that text formats stumble over.
    static ByteString Key(byte key) => ByteString.CopyFrom([.. Enumerable.Repeat(key, 1 + key % 3), 0, 0xff, (byte)'"', (byte)'<', (byte)(255 - key)]);

    static ByteString Value(Operation.Put put)
    {
        var bytes = new byte[put.Size];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)(put.Fill * (i % 251 + 1) + i / 251);
        return ByteString.CopyFrom(bytes);
    }
}
