using Druid.Member.Etcd.Rpc;
using Google.Protobuf;

namespace Druid.Member.Data;

/// <summary>The files of raft's snapshots: <c>snap/&lt;term&gt;-&lt;index&gt;.snap</c>, a checksum and what it is of.</summary>
static class SnapFiles
{
    /// <summary>Checks that the newest one can be used. etcd would fall back to an older one, whose log may be gone.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static void Verify(string directory)
    {
        if (Directory.EnumerateFiles(directory, "*.snap").Order(StringComparer.Ordinal).LastOrDefault() is not { } newest) return;
        try
        {
            var file = SnapFile.Parser.ParseFrom(File.ReadAllBytes(newest));
            if (file.Data.IsEmpty || Crc32C.Update(0, file.Data.Span) != file.Crc) throw new InvalidDataException($"{newest} is damaged: it has another checksum than its data");
        }
        catch (InvalidProtocolBufferException malformed)
        {
            throw new InvalidDataException($"{newest} is damaged: {malformed.Message}", malformed);
        }
    }
}
