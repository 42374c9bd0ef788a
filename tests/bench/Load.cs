using System.Buffers.Binary;
using Druid.Member.Etcd;
using Druid.Member.Etcd.Rpc;
using Google.Protobuf;

namespace Druid.MemberBench;

/// <summary>Writes random values into etcd.</summary>
sealed class Load(EtcdClient etcd)
{
    const int ValueSize = 16 << 10, ValuesInTransaction = 64;

    readonly Random _random = new(1);
    int _keys;

    /// <summary>Adds so many bytes of values, which cannot be compressed.</summary>
    public async Task Add(long bytes, CancellationToken cancel)
    {
        var value = new byte[ValueSize];
        for (long written = 0; written < bytes;)
        {
            var transaction = new TxnRequest();
            for (var i = 0; i < ValuesInTransaction && written < bytes; i++, written += ValueSize)
            {
                _random.NextBytes(value);
                transaction.Success.Add(new RequestOp { RequestPut = new() { Key = Key(_keys++), Value = ByteString.CopyFrom(value) } });
            }
            await etcd.Txn(transaction, cancel);
        }
    }

    /// <summary>Writes the same keys again and again until cancelled, so many bytes a second.</summary>
    public async Task Rewrite(int bytesASecond, CancellationToken cancel)
    {
        const int size = 4 << 10;
        var value = new byte[size];
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            for (var key = 0; await tick.WaitForNextTickAsync(cancel);)
            {
                for (var sent = 0; sent < bytesASecond / 50; sent += size)
                {
                    _random.NextBytes(value);
                    await etcd.Put(new() { Key = Key(1 << 24 | key++ % 1000), Value = ByteString.CopyFrom(value) }, cancel);
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // That is how it ends.
        }
    }

    /// <summary>The key of a number.</summary>
    public static ByteString Key(int number)
    {
        var key = new byte[12];
        "/bench/"u8.CopyTo(key);
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(8), number);
        return ByteString.CopyFrom(key);
    }
}
