using System.Buffers.Binary;
using Druid.Member.Etcd.Rpc;

namespace Druid.Member.Data;

/// <summary>What etcd's database says of itself while no etcd runs on it.</summary>
/// <param name="Revision">The revision that it is at. etcd may be further: what is only in its log comes on top.</param>
/// <param name="Alarms">Alarms that were raised and not disarmed.</param>
sealed record EtcdDatabase(long Revision, IReadOnlyList<AlarmMember> Alarms)
{
    const int RevisionSize = 17;

    /// <summary>Reads a few pages of the database.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or no database of etcd.</exception>
    public static EtcdDatabase Read(string path)
    {
        using var bolt = new BoltFile(path);
        // The newest keys may have been compacted away; then the compaction says how far the revision was.
        var last = Revisions(bolt.LastKey("key"));
        var compacted = CompactedRevision(bolt);
        return new(Math.Max(1, Math.Max(last, compacted)), [.. bolt.Keys("alarm").Select(key => AlarmMember.Parser.ParseFrom(key))]);
    }

    /// <summary>The revision up to which it was compacted; 0 for none.</summary>
    public static long CompactedRevision(BoltFile bolt) => Revisions(bolt.Value("meta", "finishedCompactRev"u8));

    /// <summary>Whether it knows a lease.</summary>
    public static bool HasLease(BoltFile bolt, long id)
    {
        Span<byte> key = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(key, id);
        return bolt.Value("lease", key) is not null;
    }

    static long Revisions(byte[]? key) => key is { Length: >= RevisionSize } ? BinaryPrimitives.ReadInt64BigEndian(key) : 0;
}
