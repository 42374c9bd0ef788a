using System.Collections.Concurrent;
using Druid.Member.Etcd;
using Druid.Member.Etcd.Rpc;
using Google.Protobuf;

namespace Druid.EndToEndTests;

/// <summary>
/// What clients of etcd were told, and whether it is linearizable. etcd numbers its writes, so the order that would have to
/// be searched for elsewhere is known: it is the order of revisions. What is left to check is that a request never answers
/// with a revision older than one known before it was sent, and that every read returns the newest write at its revision.
/// </summary>
sealed class History
{
    readonly ConcurrentQueue<Written> writes = new();
    readonly ConcurrentQueue<Seen> reads = new();
    readonly ConcurrentQueue<string> violations = new();
    long newest;
    int refused;

    /// <summary>A write that etcd acknowledged.</summary>
    public sealed record Written(string Key, string Value, long Revision);

    /// <summary>A linearizable read: of which revision, and the value found with the revision that wrote it; 0 when there was none.</summary>
    public sealed record Seen(string Key, long Revision, long Modified, string? Value);

    public int Acknowledged => writes.Count;

    public int Reads => reads.Count;

    /// <summary>Requests that etcd did not answer with success.</summary>
    public int Refused => refused;

    /// <summary>The newest revision known, to be asked for before a request is sent.</summary>
    public long Begin() => Volatile.Read(ref newest);

    /// <summary>Why the last of them got none.</summary>
    public string LastRefusal { get; private set; } = "none was refused";

    public void Refuse(string reason)
    {
        LastRefusal = reason;
        Interlocked.Increment(ref refused);
    }

    /// <summary>Records an acknowledged write that was sent when <paramref name="since"/> was the newest revision known.</summary>
    public void Wrote(Written write, long since)
    {
        writes.Enqueue(write);
        if (write.Revision <= since)
        {
            violations.Enqueue($"{write} was acknowledged after revision {since} had been seen");
        }
        Advance(write.Revision);
    }

    /// <summary>Records a read that was sent when <paramref name="since"/> was the newest revision known.</summary>
    public void Read(Seen read, long since)
    {
        reads.Enqueue(read);
        if (read.Revision < since)
        {
            violations.Enqueue($"{read} answers from before revision {since}, which had been seen");
        }
        Advance(read.Revision);
    }

    /// <summary>Fails unless all that was told holds together and is still there.</summary>
    public async Task Check(EtcdClient client)
    {
        var byKey = writes.GroupBy(w => w.Key).ToDictionary(g => g.Key, g => g.OrderBy(w => w.Revision).ToList());
        foreach (var read in reads)
        {
            var newer = byKey.GetValueOrDefault(read.Key)?.Find(w => w.Revision > read.Modified && w.Revision <= read.Revision);
            if (newer is not null)
            {
                violations.Enqueue($"{read} misses {newer}");
            }
            var same = byKey.GetValueOrDefault(read.Key)?.Find(w => w.Revision == read.Modified);
            if (same is not null && same.Value != read.Value)
            {
                violations.Enqueue($"{read} contradicts {same}");
            }
        }
        foreach (var (key, written) in byKey)
        {
            var last = written[^1];
            var found = await Find(client, key);
            // A write that was not acknowledged may have come later; an older one means that the last was lost.
            if (found is null || found.ModRevision < last.Revision || (found.ModRevision == last.Revision && found.Value.ToStringUtf8() != last.Value))
            {
                violations.Enqueue($"the acknowledged {last} is lost; there is {(found is null ? "nothing" : $"{found.Value.ToStringUtf8()} of revision {found.ModRevision}")}");
            }
        }
        Assert.True(violations.IsEmpty, $"{violations.Count} of {writes.Count} writes and {reads.Count} reads do not hold, first:\n{string.Join('\n', violations.Take(5))}");
    }

    // A member may just lose its place; what is asked is whether the write is there, not whether one request gets through.
    static async Task<KeyValue?> Find(EtcdClient client, string key)
    {
        var answer = await Installation.Eventually($"{key} can be read", async () =>
        {
            try
            {
                return (await client.Range(new RangeRequest { Key = ByteString.CopyFromUtf8(key) }, CancellationToken.None), "");
            }
            catch (EtcdException error)
            {
                return (null, error.Message);
            }
        }, TimeSpan.FromSeconds(30));
        return answer.Kvs.FirstOrDefault();
    }

    void Advance(long revision)
    {
        for (var known = Begin(); revision > known;)
        {
            var before = Interlocked.CompareExchange(ref newest, revision, known);
            if (before == known)
            {
                return;
            }
            known = before;
        }
    }
}
