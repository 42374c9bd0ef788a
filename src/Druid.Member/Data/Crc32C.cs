using System.Buffers.Binary;
using System.Numerics;

namespace Druid.Member.Data;

/// <summary>The checksum of etcd's files: CRC-32 with Castagnoli's polynomial.</summary>
static class Crc32C
{
    /// <summary>Continues a checksum; 0 begins one.</summary>
    public static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
