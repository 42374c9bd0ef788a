using Druid.Member.Wrapper;

namespace Druid.Member.Data;

/// <summary>What a data directory of etcd says of itself.</summary>
abstract record DataState
{
    DataState()
    {
    }

    /// <summary>etcd never ran here: there is no write-ahead log.</summary>
    public sealed record Absent : DataState;

    /// <summary>The data of a member.</summary>
    public sealed record Of(MemberIdentity Identity) : DataState;

    /// <summary>There is a write-ahead log, but it does not say whose.</summary>
    public sealed record Unreadable(string Reason) : DataState;
}

/// <summary>etcd's data directory, as far as the agent looks into it or moves it.</summary>
sealed class DataDirectory(string path)
{
    /// <summary>The directory.</summary>
    public string Path => path;

    /// <summary>The volume that it is on: the agent keeps its own files beside it.</summary>
    public string Volume => System.IO.Path.GetDirectoryName(path.TrimEnd('/')) ?? path;

    string WalDirectory => System.IO.Path.Combine(path, "member", "wal");

    /// <summary>The file of its database.</summary>
    public string Database => System.IO.Path.Combine(path, "member", "snap", "db");

    /// <summary>Looks at the directory. etcd may be running on it.</summary>
    public DataState Inspect()
    {
        try
        {
            var first = Directory.Exists(WalDirectory)
                ? Directory.EnumerateFiles(WalDirectory, "*.wal").Order(StringComparer.Ordinal).FirstOrDefault()
                : null;
            if (first is null)
                return new DataState.Absent();
            using var file = new FileStream(Native.OpenUnlocked(first), FileAccess.Read);
            return new DataState.Of(WriteAheadLog.ReadIdentity(file));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return new DataState.Unreadable($"{path}: {unreadable.Message}");
        }
    }

    /// <summary>Reads all of it: every record of the log, every page of the database. No etcd may run on it.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message says where.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public void Verify(CancellationToken cancel)
    {
        WriteAheadLog.Verify(WalDirectory, cancel);
        SnapFiles.Verify(System.IO.Path.Combine(path, "member", "snap"));
        using var database = new BoltFile(Database);
        database.Verify(cancel);
        _ = EtcdDatabase.Read(Database);
    }

    /// <summary>Whether an etcd runs on the directory now: it holds a lock on its database.</summary>
    public bool IsInUse()
    {
        try
        {
            using var exclusive = new FileStream(Database, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>
    /// Moves the data aside, to <c>&lt;directory&gt;.&lt;reason&gt;</c>, replacing what was put aside there before: one
    /// generation is kept for whoever wants to look into it, and the volume does not fill up.
    /// </summary>
    /// <exception cref="IOException">An etcd runs on it, or it cannot be moved.</exception>
    public void PutAside(string reason)
    {
        if (!Directory.Exists(path))
            return;
        if (IsInUse())
            throw new IOException($"{path} is not put aside: an etcd runs on it");
        var aside = $"{path.TrimEnd('/')}.{reason}";
        if (Directory.Exists(aside))
            Directory.Delete(aside, recursive: true);
        Directory.Move(path, aside);
    }
}
