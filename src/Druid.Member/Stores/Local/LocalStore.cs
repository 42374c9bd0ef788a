using System.Globalization;
using System.Runtime.CompilerServices;

namespace Druid.Member.Stores.Local;

/// <summary>
/// A directory as a store. An object is written beside the others under a hidden name, flushed and renamed, so that it is
/// there whole or not at all, also after a power cut.
/// </summary>
sealed class LocalStore : IObjectStore
{
    const string UploadPrefix = ".upload-";
    const int CopyBuffer = 1 << 20;

    // An upload writes all the time; one that has not for so long was left behind by an agent that was killed.
    static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    readonly string _root;
    readonly TimeProvider _time;

    /// <param name="root">The store's directory with its prefix; made with the first object.</param>
    /// <param name="time">Tells which uploads are abandoned.</param>
    public LocalStore(string root, TimeProvider time)
    {
        _root = Path.GetFullPath(root);
        _time = time;
    }

    /// <inheritdoc/>
    public string Description => $"Local {_root}";

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> List(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        var objects = await Task.Run(() => Reading(prefix, () => Walk(prefix, cancel)), cancel);
        foreach (var found in objects) yield return found;
    }

    /// <inheritdoc/>
    public Task<Stream> Read(string name, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var path = PathOf(name);
        return Task.FromResult(Reading<Stream>(name, () =>
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.SequentialScan | FileOptions.Asynchronous)));
    }

    /// <inheritdoc/>
    public async Task<long> Write(string name, Stream content, CancellationToken cancel)
    {
        var path = PathOf(name);
        var upload = Path.Combine(_root, $"{UploadPrefix}{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(_root, OwnerOnly);
            RemoveAbandoned();
            long written;
            await using (var file = new FileStream(upload, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 0,
                Options = FileOptions.Asynchronous,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                await content.CopyToAsync(file, CopyBuffer, cancel);
                written = file.Position;
                await Task.Run(() => file.Flush(flushToDisk: true), cancel);
            }
            cancel.ThrowIfCancellationRequested();
            Publish(upload, path);
            return written;
        }
        catch (Exception failure)
        {
            Discard(upload);
            if (failure is (IOException or UnauthorizedAccessException) and not StoreException) throw Failure("write", name, failure);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task Delete(string name, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var path = PathOf(name);
        try
        {
            File.Delete(path);
            RemoveIfEmpty(Path.GetDirectoryName(path)!);
        }
        catch (DirectoryNotFoundException)
        {
            // Then the object is not there either.
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failure("delete", name, failure);
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    static UnixFileMode OwnerOnly => UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    string PathOf(string name)
    {
        var first = ObjectName.Check(name).Split('/')[0];
        return first.StartsWith(UploadPrefix, StringComparison.Ordinal)
            ? throw new ArgumentException($"'{name}' is not the name of an object: {UploadPrefix}… is how uploads are called", nameof(name))
            : Path.Combine(_root, name);
    }

    void Publish(string upload, string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        var missing = !Directory.Exists(directory);
        Directory.CreateDirectory(directory, OwnerOnly);
        File.Move(upload, path, overwrite: true);
        DirectorySync.Flush(directory);
        if (!missing) return;
        for (var above = directory; above != _root && above is not null; above = Path.GetDirectoryName(above)) DirectorySync.Flush(Path.GetDirectoryName(above)!);
    }

    // Whatever keeps it from being removed, the failure to report is the one before; once it is old the next upload tries again.
    static void Discard(string upload)
    {
        try
        {
            File.Delete(upload);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Its name looks like no object.
        }
    }

    List<StoredObject> Walk(string prefix, CancellationToken cancel)
    {
        var objects = new List<StoredObject>();
        if (!Directory.Exists(_root)) return objects;
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, ReturnSpecialDirectories = false };
        foreach (var file in new DirectoryInfo(_root).EnumerateFiles("*", all))
        {
            cancel.ThrowIfCancellationRequested();
            var name = Path.GetRelativePath(_root, file.FullName);
            if (!name.StartsWith(prefix, StringComparison.Ordinal) || name.StartsWith(UploadPrefix, StringComparison.Ordinal)) continue;
            if (Describe(file, name) is { } found) objects.Add(found);
        }
        objects.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return objects;
    }

    static StoredObject? Describe(FileInfo file, string name)
    {
        try
        {
            return new(name, file.Length, file.LastWriteTimeUtc);
        }
        catch (FileNotFoundException)
        {
            return null; // deleted meanwhile
        }
    }

    void RemoveAbandoned()
    {
        var limit = _time.GetUtcNow() - Abandoned;
        foreach (var file in new DirectoryInfo(_root).EnumerateFiles(UploadPrefix + "*"))
            if (file.LastWriteTimeUtc < limit) file.Delete();
    }

    // The directories of the v1 layout hold one backup each; those of the versions stay.
    void RemoveIfEmpty(string directory)
    {
        if (directory == _root || Path.GetDirectoryName(directory) == _root || Directory.EnumerateFileSystemEntries(directory).Any()) return;
        try
        {
            Directory.Delete(directory);
        }
        catch (IOException)
        {
            // Another object came meanwhile.
        }
    }

    T Reading<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failure("read", name, failure);
        }
    }

    StoreException Failure(string what, string name, Exception failure)
    {
        const int noSpaceLeft = 28, quotaExceeded = 122;
        var (error, remedy) = failure switch
        {
            FileNotFoundException or DirectoryNotFoundException => (StoreError.NotFound, "it was never written, or has been deleted"),
            UnauthorizedAccessException => (StoreError.Denied, $"let the agent's user read and write {_root}"),
            IOException { HResult: noSpaceLeft or quotaExceeded } => (StoreError.Full, string.Create(CultureInfo.InvariantCulture, $"make room in {_root}: {Free()}")),
            _ => (StoreError.Other, $"look after the volume of {_root}"),
        };
        return new(error, $"cannot {what} '{name}' in {Description}: {failure.Message} ({remedy})", failure);
    }

    string Free()
    {
        try
        {
            return string.Create(CultureInfo.InvariantCulture, $"{new DriveInfo(_root).AvailableFreeSpace >> 20} MiB are free");
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return "it is full";
        }
    }
}
