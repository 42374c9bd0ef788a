using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Druid.Kubernetes.Json;
using Druid.Kubernetes.Resources;

namespace Druid.Kubernetes.Client;

/// <summary>Reads the events of a watch, a line each, straight from the buffer of the stream.</summary>
static class WatchReader
{
    const int LongestLine = 32 * 1024 * 1024; // far above etcd's limit for a value

    /// <param name="stream">The events.</param>
    /// <param name="type">The kind.</param>
    /// <param name="call">As errors name it.</param>
    /// <param name="gather">How long the stream is left alone after one had to be waited for.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Ends reading.</param>
    /// <exception cref="JsonException">A line is not an event.</exception>
    /// <exception cref="IOException">The stream broke.</exception>
    /// <exception cref="KubernetesException">The server ended the watch with an error.</exception>
    public static async IAsyncEnumerable<WatchEvent<T>> Read<T>(
        Stream stream, ResourceType<T> type, string call, TimeSpan gather, TimeProvider time, [EnumeratorCancellation] CancellationToken cancel)
        where T : class, IResource
    {
        // While nothing happens, a read of no bytes waits and no buffer is held.
        var pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 16 * 1024, useZeroByteReads: true));
        try
        {
            while (true)
            {
                var reading = pipe.ReadAsync(cancel);
                // What is there at once came while others were gathered, and there may be more of it.
                var waits = !reading.IsCompleted;
                var read = await reading;
                var rest = read.Buffer;
                while (TryLine(ref rest, out var line))
                {
                    if (!line.IsEmpty) yield return Parse(line, type, call);
                }
                if (rest.Length > LongestLine) throw new JsonException($"An event is longer than {LongestLine} bytes.");
                // Half a line at the end was cut off: whoever goes on from the last event gets it again.
                if (read.IsCompleted) yield break;
                pipe.AdvanceTo(rest.Start, rest.End);
                if (waits && gather > TimeSpan.Zero) await Task.Delay(gather, time, cancel);
            }
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }

    static bool TryLine(ref ReadOnlySequence<byte> rest, out ReadOnlySequence<byte> line)
    {
        if (rest.PositionOf((byte)'\n') is not { } end)
        {
            line = default;
            return false;
        }
        line = rest.Slice(0, end);
        rest = rest.Slice(rest.GetPosition(1, end));
        return true;
    }

    static WatchEvent<T> Parse<T>(ReadOnlySequence<byte> line, ResourceType<T> type, string call) where T : class, IResource
    {
        var reader = line.IsSingleSegment ? new Utf8JsonReader(line.FirstSpan) : new Utf8JsonReader(line);
        WatchEventType? happened = null;
        var (isError, hasObject) = (false, false);
        Utf8JsonReader late = default; // the object, where it comes before the type

        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                isError = reader.ValueTextEquals("ERROR"u8);
                if (!isError) happened = TypeOf(ref reader);
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                Expect(ref reader, JsonTokenType.StartObject);
                if (happened is { } known) return Event(ref reader, known, type);
                if (isError) throw Failure(ref reader, call);
                late = reader;
                hasObject = true;
                reader.Skip();
            }
            else
            {
                reader.Skip();
            }
        }
        if (!hasObject) throw new JsonException("Expected an event of a watch, found no object in it.");
        if (isError) throw Failure(ref late, call);
        return happened is { } type2
            ? Event(ref late, type2, type)
            : throw new JsonException("Expected an event of a watch, found no type in it.");
    }

    static WatchEvent<T> Event<T>(ref Utf8JsonReader reader, WatchEventType happened, ResourceType<T> type) where T : class, IResource
    {
        if (happened == WatchEventType.Bookmark) return new(happened, null, VersionOf(ref reader));
        var resource = type.Read(ref reader);
        return new(happened, resource, resource.Metadata.ResourceVersion ?? throw new JsonException("Expected an object with a resourceVersion."));
    }

    // A bookmark is an object with nothing but a version: not even what its kind requires.
    static string VersionOf(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMetadata = reader.ValueTextEquals("metadata"u8);
            reader.Read();
            if (!isMetadata)
            {
                reader.Skip();
                continue;
            }
            var metadata = JsonSerializer.Deserialize(ref reader, KubernetesJson.Default.ListMeta);
            if (metadata?.ResourceVersion is { Length: > 0 } version) return version;
        }
        throw new JsonException("Expected a bookmark with a resourceVersion.");
    }

    static KubernetesException Failure(ref Utf8JsonReader reader, string call)
    {
        var status = JsonSerializer.Deserialize(ref reader, KubernetesJson.Default.Status);
        return KubernetesException.FromStatus(call, status?.Code ?? 0, status, retryAfter: null);
    }

    static WatchEventType TypeOf(ref Utf8JsonReader reader) => reader switch
    {
        _ when reader.ValueTextEquals("ADDED"u8) => WatchEventType.Added,
        _ when reader.ValueTextEquals("MODIFIED"u8) => WatchEventType.Modified,
        _ when reader.ValueTextEquals("DELETED"u8) => WatchEventType.Deleted,
        _ when reader.ValueTextEquals("BOOKMARK"u8) => WatchEventType.Bookmark,
        _ => throw new JsonException($"Expected a type of event, found '{reader.GetString()}'."),
    };

    static void Expect(ref Utf8JsonReader reader, JsonTokenType token)
    {
        if (!reader.Read() || reader.TokenType != token) throw new JsonException($"Expected {token}, found {reader.TokenType}.");
    }
}
