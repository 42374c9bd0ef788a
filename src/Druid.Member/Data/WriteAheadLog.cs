using System.Buffers.Binary;
using Druid.Member.Etcd.Rpc;
using Druid.Member.Wrapper;
using Google.Protobuf;

namespace Druid.Member.Data;

/// <summary>
/// etcd's write-ahead log: files of framed records. A frame is 8 bytes little endian, of which the lowest seven are the
/// length of the record, and the highest one, if its top bit is set, has the number of padding bytes in its lowest three
/// bits; then come the record and the padding. A length of zero is the end of what was written. Each record carries the
/// checksum of the data of all records before it and of its own.
/// </summary>
static class WriteAheadLog
{
    /// <summary>Kinds of records.</summary>
    internal const long MetadataType = 1, EntryType = 2, StateType = 3, ChecksumType = 4, SnapshotType = 5;

    // etcd refuses to write more than 10 MB a time unless told otherwise; records beyond this are no records.
    const int LargestRecord = 256 << 20;

    /// <summary>The identity in the metadata record near the beginning of a file.</summary>
    /// <exception cref="InvalidDataException">The file does not begin like a write-ahead log.</exception>
    public static MemberIdentity ReadIdentity(Stream file)
    {
        for (var records = 0; records < 2; records++)
        {
            var record = ReadRecord(file, out _) ?? throw new InvalidDataException("the write-ahead log ends in its first records");
            if (record.Type == MetadataType)
            {
                var metadata = WalMetadata.Parser.ParseFrom(record.Data);
                return new(metadata.NodeId, metadata.ClusterId);
            }
        }
        throw new InvalidDataException("no metadata record at the beginning of the write-ahead log");
    }

    /// <summary>
    /// Reads all files of a log and checks their order and every checksum. The end of the last file may be torn: etcd cuts it
    /// off, as what was written there was never acknowledged.
    /// </summary>
    /// <returns>Where the log ends, to continue it.</returns>
    /// <exception cref="InvalidDataException">The log is damaged; the message names the file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static LogEnd Verify(string directory, CancellationToken cancel)
    {
        var files = Files(directory);
        if (files.Count == 0) throw new InvalidDataException($"{directory} has no write-ahead log");
        LogEnd? end = null;
        for (var i = 0; i < files.Count; i++)
        {
            if (i > 0 && Sequence(files[i]) != Sequence(files[i - 1]) + 1) throw new InvalidDataException($"{directory}: a file is missing before {Path.GetFileName(files[i])}");
            if (end is { IsTorn: true }) throw new InvalidDataException($"{end.File} is damaged: it ends inside a record though another file follows");
            end = Scan(end is null ? new(files[i], 0, null, 0, 0, 0) : end with { File = files[i], Offset = 0 }, cancel);
        }
        return end!;
    }

    /// <summary>Where a log ends after an etcd ran on it that wrote little or nothing.</summary>
    /// <param name="before">Where it ended before that.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="InvalidDataException">The log is damaged; the message names the file.</exception>
    public static LogEnd Advance(LogEnd before, CancellationToken cancel)
    {
        var directory = Path.GetDirectoryName(before.File)!;
        return Files(directory)[^1] == before.File ? Scan(before, cancel) : Verify(directory, cancel);
    }

    static List<string> Files(string directory) => [.. Directory.EnumerateFiles(directory, "*.wal").Order(StringComparer.Ordinal)];

    static LogEnd Scan(LogEnd from, CancellationToken cancel)
    {
        using var file = new FileStream(Native.OpenUnlocked(from.File), FileAccess.Read, 1 << 20);
        file.Position = from.Offset;
        var end = from;
        try
        {
            while (true)
            {
                cancel.ThrowIfCancellationRequested();
                if (ReadRecord(file, out var torn) is not { } record) return end with { IsTorn = torn };
                end = After(end, record) with { Offset = file.Position };
            }
        }
        catch (Exception damage) when (damage is InvalidDataException or InvalidProtocolBufferException)
        {
            throw new InvalidDataException($"{from.File} is damaged: {damage.Message}", damage);
        }
    }

    static LogEnd After(LogEnd end, WalRecord record)
    {
        if (record.Type == ChecksumType)
        {
            // A file begins with what the checksum was at the end of the one before.
            if (end.Checksum is { } before && before != 0 && before != record.Crc) throw new InvalidDataException("it does not continue the file before it");
            return end with { Checksum = record.Crc };
        }
        var sum = Crc32C.Update(end.Checksum ?? throw new InvalidDataException("it does not begin with a checksum"), record.Data.Span);
        if (sum != record.Crc) throw new InvalidDataException("a record has another checksum than its data");
        switch (record.Type)
        {
            case EntryType:
                var entry = RaftEntry.Parser.ParseFrom(record.Data);
                if (end.Index != 0 && entry.Index > end.Index + 1) throw new InvalidDataException($"entry {entry.Index} follows entry {end.Index}");
                return end with { Checksum = sum, Index = entry.Index, Term = Math.Max(end.Term, entry.Term) };
            case StateType:
                var state = HardState.Parser.ParseFrom(record.Data);
                return end with { Checksum = sum, Term = Math.Max(end.Term, state.Term), Vote = state.Vote };
            default:
                return end with { Checksum = sum };
        }
    }

    // <sequence>-<index>.wal, both in hexadecimal.
    static long Sequence(string path) =>
        long.TryParse(Path.GetFileName(path).AsSpan(0, 16), System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture, out var sequence)
            ? sequence
            : throw new InvalidDataException($"{path} does not have the name of a write-ahead log");

    /// <summary>The next record; null at the end of what was written, or where it is torn.</summary>
    static WalRecord? ReadRecord(Stream file, out bool torn)
    {
        torn = false;
        Span<byte> frame = stackalloc byte[8];
        var got = file.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false);
        if (got < frame.Length)
        {
            torn = got > 0;
            return null;
        }
        var head = BinaryPrimitives.ReadInt64LittleEndian(frame);
        if (head == 0) return null;
        var length = head & 0x00FF_FFFF_FFFF_FFFF;
        var padding = head < 0 ? (int)(head >>> 56) & 7 : 0;
        if (length is 0 or > LargestRecord) throw new InvalidDataException($"a record claims {length} bytes");
        var body = new byte[length + padding];
        if (file.ReadAtLeast(body, body.Length, throwOnEndOfStream: false) < body.Length)
        {
            torn = true;
            return null;
        }
        try
        {
            return WalRecord.Parser.ParseFrom(body, 0, (int)length);
        }
        catch (InvalidProtocolBufferException malformed)
        {
            throw new InvalidDataException("a record is malformed", malformed);
        }
    }
}

/// <summary>Who a member of etcd is: the ids that the cluster gave it and itself.</summary>
readonly record struct MemberIdentity(ulong MemberId, ulong ClusterId);

/// <summary>Where a write-ahead log ends.</summary>
/// <param name="File">Its last file.</param>
/// <param name="Offset">The first byte after its last record.</param>
/// <param name="Checksum">The checksum so far; null before the first record.</param>
/// <param name="Index">The index of the last entry.</param>
/// <param name="Term">The term.</param>
/// <param name="Vote">Whom the member voted for in it.</param>
/// <param name="IsTorn">Whether a record begins there that does not end.</param>
sealed record LogEnd(string File, long Offset, uint? Checksum, ulong Index, ulong Term, ulong Vote, bool IsTorn = false);
