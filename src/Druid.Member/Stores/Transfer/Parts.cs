namespace Druid.Member.Stores.Transfer;

/// <summary>A piece of an object.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Bytes">Its content, valid until the part was handed back.</param>
/// <param name="Last">Whether none follows.</param>
sealed record Part(int Number, ArraySegment<byte> Bytes, bool Last);

/// <summary>
/// Cuts a stream into parts of one size and has several at a time uploaded. Not more than that many parts are in memory,
/// however long the stream is.
/// </summary>
/// <param name="content">Read once, from where it is to its end.</param>
/// <param name="size">Bytes of a part; the last is smaller, or the only one empty.</param>
/// <param name="growAfter">Parts after which they are four times that size, for providers that take few; a stream as long as that needs the memory.</param>
sealed class Parts(Stream content, int size, int growAfter = int.MaxValue)
{
    const int FirstBuffer = 64 << 10;
    const int Growth = 4;

    readonly byte[] _ahead = new byte[1];
    int _count;
    bool _hasAhead;

    /// <summary>The next part.</summary>
    /// <param name="buffer">Memory of an earlier part to use again.</param>
    /// <param name="cancel">Ends reading.</param>
    public async Task<Part> Next(byte[]? buffer, CancellationToken cancel)
    {
        var wanted = Size();
        if (buffer is null || buffer.Length < wanted && _count >= growAfter) buffer = new byte[Estimate(wanted)];
        var length = 0;
        if (_hasAhead) buffer[length++] = _ahead[0];
        while (true)
        {
            length += await content.ReadAtLeastAsync(buffer.AsMemory(length), buffer.Length - length, throwOnEndOfStream: false, cancel);
            if (length < buffer.Length) return new(++_count, new(buffer, 0, length), Last: true);
            if (buffer.Length == wanted) break;
            Array.Resize(ref buffer, (int)Math.Min(wanted, buffer.Length * 4L));
        }
        // Whether a full part is the last one is known only after one more byte.
        _hasAhead = await content.ReadAsync(_ahead, cancel) == 1;
        return new(++_count, new(buffer, 0, length), Last: !_hasAhead);
    }

    /// <summary>Uploads a part and all that follow.</summary>
    /// <param name="first">What <see cref="Next"/> gave.</param>
    /// <param name="parallel">Uploads at a time.</param>
    /// <param name="upload">Uploads one.</param>
    /// <param name="cancel">Ends it; returns when no upload runs any more.</param>
    /// <returns>The number of bytes.</returns>
    public async Task<long> Upload(Part first, int parallel, Func<Part, CancellationToken, Task> upload, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = new List<Task<byte[]>>();
        var total = 0L;
        try
        {
            for (var part = first; ; part = await Next(running.Count < parallel ? null : await Finished(running), stop.Token))
            {
                total += part.Bytes.Count;
                running.Add(Run(part));
                if (part.Last) break;
            }
            while (running.Count > 0) await Finished(running);
            return total;
        }
        catch
        {
            await stop.CancelAsync();
            await Task.WhenAll(running).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw;
        }

        async Task<byte[]> Run(Part part)
        {
            await upload(part, stop.Token);
            return part.Bytes.Array!;
        }
    }

    static async Task<byte[]> Finished(List<Task<byte[]>> running)
    {
        var done = await Task.WhenAny(running);
        running.Remove(done);
        return await done;
    }

    // One byte more than what is left, to see the end without making room for more.
    int Estimate(int wanted) => content.CanSeek ? (int)Math.Clamp(content.Length - content.Position + 1, 1, wanted)
        : _count == 0 ? Math.Min(FirstBuffer, wanted)
        : wanted;

    int Size() => _count < growAfter ? size : size * Growth;
}
