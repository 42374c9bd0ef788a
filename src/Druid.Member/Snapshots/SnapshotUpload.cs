using System.IO.Pipelines;
using Druid.Member.Stores;

namespace Druid.Member.Snapshots;

/// <summary>Streams a snapshot into a store, compressed on the way.</summary>
static class SnapshotUpload
{
    const int CopyBuffer = 256 << 10;
    static readonly PipeOptions PipeOptions = new(pauseWriterThreshold: 4 << 20, resumeWriterThreshold: 2 << 20, minimumSegmentSize: 64 << 10, useSynchronizationContext: false);

    /// <summary>Writes a snapshot whole or not at all: when its content cannot be read to the end, nothing is left of it.</summary>
    /// <param name="store">Where to.</param>
    /// <param name="snapshot">Its name and how it is to be compressed.</param>
    /// <param name="content">What it holds, with the hash at the end.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>The snapshot with its size in the store.</returns>
    /// <exception cref="StoreException">The store refuses.</exception>
    public static async Task<Snapshot> Upload(IObjectStore store, Snapshot snapshot, Stream content, CancellationToken cancel)
    {
        var pipe = new Pipe(PipeOptions);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var compressing = Compress(snapshot.Compression, content, pipe.Writer, ended.Token);
        try
        {
            var size = await store.Write(snapshot.Path, pipe.Reader.AsStream(), cancel);
            await compressing;
            return snapshot with { Size = size };
        }
        catch (Exception) when (compressing.IsFaulted)
        {
            // The store only saw its input break off.
            await compressing;
            throw;
        }
        catch (IOException failure) when (failure is not StoreException)
        {
            throw new StoreException(StoreError.Other, $"{store.Description}: {snapshot.Path} could not be written: {failure.Message}", failure);
        }
        finally
        {
            await ended.CancelAsync();
            await compressing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    static async Task Compress(Compression compression, Stream content, PipeWriter target, CancellationToken cancel)
    {
        try
        {
            await using (var compressed = compression.Compress(target.AsStream(leaveOpen: true)))
                await content.CopyToAsync(compressed, CopyBuffer, cancel);
            await target.CompleteAsync();
        }
        catch (Exception failure)
        {
            await target.CompleteAsync(failure);
            throw;
        }
    }
}
