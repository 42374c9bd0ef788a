using System.Security.Cryptography;
using Druid.Member.Etcd;
using Druid.Member.Etcd.Rpc;
using Google.Protobuf;

namespace Druid.MemberTests.Harness;

/// <summary>All that an etcd holds at a revision: keys, values, revisions, versions, leases.</summary>
static class Keyspace
{
    static readonly ByteString All = ByteString.CopyFrom(0);

    /// <summary>A line for each key; values as their hash.</summary>
    public static async Task<List<string>> Of(EtcdClient client, long revision = 0)
    {
        var lines = new List<string>();
        for (var from = All; ;)
        {
            var page = await client.Range(new RangeRequest { Key = from, RangeEnd = All, Limit = 500, Revision = revision }, default);
            lines.AddRange(page.Kvs.Select(kv =>
                $"{Convert.ToHexString(kv.Key.Span)} {Convert.ToHexString(SHA256.HashData(kv.Value.Span))} {kv.CreateRevision} {kv.ModRevision} {kv.Version} {kv.Lease:x}"));
            if (!page.More) return lines;
            from = ByteString.CopyFrom([.. page.Kvs[^1].Key.Span, 0]);
        }
    }

    /// <summary>The revision that an etcd is at.</summary>
    public static async Task<long> Revision(EtcdClient client) => (await client.Range(new RangeRequest { Key = All, CountOnly = true }, default)).Header.Revision;
}
