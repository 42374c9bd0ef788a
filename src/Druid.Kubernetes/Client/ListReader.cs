using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Druid.Kubernetes.Json;
using Druid.Kubernetes.Resources;

namespace Druid.Kubernetes.Client;

/// <summary>Reads a list item by item from the stream, so that no more than one item is ever in memory as text.</summary>
sealed class ListReader<T>(ResourceType<T> type) where T : class, IResource
{
    static ReadOnlySpan<byte> Space => " \t\r\n"u8;

    readonly List<T> _items = [];
    ListMeta _metadata = new();
    JsonReaderState _state;
    bool _inItems;
    bool _afterItem;
    bool _done;

    /// <exception cref="JsonException">The text is not a list, or it was cut off.</exception>
    public async Task<ResourceList<T>> Read(HttpContent content, CancellationToken cancel)
    {
        var pipe = PipeReader.Create(await content.ReadAsStreamAsync(cancel), new StreamPipeReaderOptions(bufferSize: 64 * 1024));
        try
        {
            while (!_done)
            {
                var read = await pipe.ReadAsync(cancel);
                var consumed = Parse(read.Buffer, read.IsCompleted);
                if (!_done && read.IsCompleted) throw new JsonException($"The list of {type.Plural} ends early, after {_items.Count} items.");
                pipe.AdvanceTo(consumed, read.Buffer.End);
            }
            return new(_metadata, _items);
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }

    // Takes all that is complete; what is not stays for the next time.
    SequencePosition Parse(ReadOnlySequence<byte> buffer, bool final)
    {
        while (!_done && (TryNextItem(ref buffer) || TryStep(ref buffer, final)))
        {
            // On to the next.
        }
        return buffer.Start;
    }

    // An item after another one, in one piece: all but the first and those across two buffers. The state is after an item before and afterwards.
    bool TryNextItem(ref ReadOnlySequence<byte> buffer)
    {
        if (!_afterItem) return false;
        var text = buffer.FirstSpan;
        var start = text.IndexOf((byte)'{');
        if (start < 0 || text[..start].Trim(Space) is not [(byte)','] || JsonExtent.OfObject(text[start..]) is not { } length) return false;
        _items.Add(Item(new ReadOnlySequence<byte>(buffer.First.Slice(start, length))));
        buffer = buffer.Slice(start + length);
        return true;
    }

    bool TryStep(ref ReadOnlySequence<byte> buffer, bool final)
    {
        var reader = new Utf8JsonReader(buffer, final, _state);
        if (!Step(ref reader, buffer)) return false;
        _state = reader.CurrentState;
        buffer = buffer.Slice(reader.Position);
        return true;
    }

    bool Step(ref Utf8JsonReader reader, ReadOnlySequence<byte> buffer)
    {
        if (!reader.Read()) return false;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when _inItems:
                var start = reader.TokenStartIndex;
                if (!reader.TrySkip()) return false;
                _items.Add(Item(buffer.Slice(start, reader.BytesConsumed - start)));
                _afterItem = true;
                return true;
            case JsonTokenType.EndArray when _inItems:
                _inItems = _afterItem = false;
                return true;
            case JsonTokenType.PropertyName when reader.ValueTextEquals("items"u8):
                if (!reader.Read()) return false;
                _inItems = reader.TokenType == JsonTokenType.StartArray; // null when empty
                return true;
            case JsonTokenType.PropertyName when reader.ValueTextEquals("metadata"u8):
                var value = reader;
                if (!reader.Read() || !reader.TrySkip()) return false;
                value.Read();
                _metadata = JsonSerializer.Deserialize(ref value, KubernetesJson.Default.ListMeta) ?? _metadata;
                return true;
            case JsonTokenType.PropertyName:
                return reader.Read() && reader.TrySkip();
            case JsonTokenType.EndObject:
                _done = true;
                return true;
            case JsonTokenType.StartObject:
                return true;
            default:
                throw new JsonException($"Expected a list of {type.Plural}, found {reader.TokenType}.");
        }
    }

    T Item(ReadOnlySequence<byte> utf8)
    {
        var reader = utf8.IsSingleSegment ? new Utf8JsonReader(utf8.FirstSpan) : new Utf8JsonReader(utf8);
        reader.Read();
        return type.Read(ref reader);
    }
}
