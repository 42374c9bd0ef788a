using System.IO.Compression;

namespace Druid.Member.Snapshots;

/// <summary>How a snapshot is compressed.</summary>
public enum Compression
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>gzip, <c>.gz</c>.</summary>
    Gzip,

    /// <summary>Lempel-Ziv-Welch with codes of up to 12 bits, least significant bit first, <c>.Z</c>.</summary>
    Lzw,

    /// <summary>zlib, <c>.zlib</c>.</summary>
    Zlib,
}

/// <summary>The words for compressions: in flags and in names of snapshots.</summary>
public static class CompressionNames
{
    /// <summary>The end of the name of a snapshot that is compressed this way.</summary>
    public static string Suffix(this Compression compression) => compression switch
    {
        Compression.Gzip => ".gz",
        Compression.Lzw => ".Z",
        Compression.Zlib => ".zlib",
        _ => "",
    };

    /// <summary>The compression of a snapshot whose name ends so; null for an unknown end.</summary>
    public static Compression? FromSuffix(string suffix) => suffix switch
    {
        "" => Compression.None,
        ".gz" => Compression.Gzip,
        ".Z" => Compression.Lzw,
        ".zlib" => Compression.Zlib,
        _ => null,
    };

    /// <summary>The compression of a policy: <c>gzip</c>, <c>lzw</c> or <c>zlib</c>.</summary>
    /// <exception cref="FormatException">It is none of them.</exception>
    public static Compression FromPolicy(string policy) => policy switch
    {
        "gzip" => Compression.Gzip,
        "lzw" => Compression.Lzw,
        "zlib" => Compression.Zlib,
        _ => throw new FormatException($"compression policy '{policy}' is none of gzip, lzw and zlib"),
    };
}

/// <summary>Streams that compress and decompress.</summary>
static class CompressionStreams
{
    /// <summary>A stream that writes compressed to another one, which is left open; it is complete once it is disposed.</summary>
    /// <param name="compression">How.</param>
    /// <param name="target">Where to.</param>
    public static Stream Compress(this Compression compression, Stream target) => compression switch
    {
        Compression.Gzip => new ParallelGzipStream(target),
        Compression.Lzw => new LzwCompressor(target),
        Compression.Zlib => new ZLibStream(target, CompressionLevel.Optimal, leaveOpen: true),
        _ => new KeptOpen(target),
    };

    /// <summary>A stream that reads another one decompressed, and closes it at its own end.</summary>
    /// <param name="compression">How the other one is compressed.</param>
    /// <param name="source">The other one.</param>
    public static Stream Decompress(this Compression compression, Stream source) => compression switch
    {
        Compression.Gzip => new GZipStream(source, CompressionMode.Decompress),
        Compression.Lzw => new LzwDecompressor(source),
        Compression.Zlib => new ZLibStream(source, CompressionMode.Decompress),
        _ => source,
    };

    sealed class KeptOpen(Stream target) : WriteOnlyStream
    {
        public override void Flush() => target.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => target.FlushAsync(cancellationToken);

        public override void Write(ReadOnlySpan<byte> buffer) => target.Write(buffer);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => target.WriteAsync(buffer, cancellationToken);
    }
}
