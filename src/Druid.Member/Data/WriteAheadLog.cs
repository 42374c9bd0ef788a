using System.Buffers.Binary;
using Druid.Member.Etcd.Rpc;
using Google.Protobuf;

namespace Druid.Member.Data;

/// <summary>Reads who wrote a write-ahead log of etcd: every file of it begins with a checksum record and then says so.</summary>
static class WriteAheadLog
{
    const long MetadataType = 1;
    const int LargestMetadata = 1 << 20;

    /// <summary>The identity in the metadata record near the beginning of a file.</summary>
    /// <exception cref="InvalidDataException">The file does not begin like a write-ahead log.</exception>
    public static MemberIdentity ReadIdentity(Stream file)
    {
        for (var records = 0; records < 2; records++)
        {
            var record = ReadRecord(file);
            if (record.Type == MetadataType)
            {
                var metadata = WalMetadata.Parser.ParseFrom(record.Data);
                return new(metadata.NodeId, metadata.ClusterId);
            }
        }
        throw new InvalidDataException("no metadata record at the beginning of the write-ahead log");
    }

    // A frame: 8 bytes little endian, of which the lowest seven are the length of the record, and the highest one, if
    // its top bit is set, has the number of padding bytes in its lowest three bits; then the record and the padding.
    static WalRecord ReadRecord(Stream file)
    {
        Span<byte> frame = stackalloc byte[8];
        if (file.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) < frame.Length)
            throw new InvalidDataException("the write-ahead log ends in its first records");
        var head = BinaryPrimitives.ReadInt64LittleEndian(frame);
        var length = head & 0x00FF_FFFF_FFFF_FFFF;
        var padding = head < 0 ? (int)(head >>> 56) & 7 : 0;
        if (length is 0 or > LargestMetadata)
            throw new InvalidDataException($"the write-ahead log begins with a record of {length} bytes");
        var body = new byte[length + padding];
        if (file.ReadAtLeast(body, body.Length, throwOnEndOfStream: false) < body.Length)
            throw new InvalidDataException("the write-ahead log ends in its first records");
        try
        {
            return WalRecord.Parser.ParseFrom(body, 0, (int)length);
        }
        catch (InvalidProtocolBufferException malformed)
        {
            throw new InvalidDataException("the write-ahead log begins with a malformed record", malformed);
        }
    }
}

/// <summary>Who a member of etcd is: the ids that the cluster gave it and itself.</summary>
readonly record struct MemberIdentity(ulong MemberId, ulong ClusterId);
