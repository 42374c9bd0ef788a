using System.Buffers.Binary;
using Druid.Member.Wrapper;

namespace Druid.Member.Data;

/// <summary>
/// A bbolt database, read without etcd and without loading it: a tree of pages, of which only those on the way are read.
/// While an etcd writes it, a look can find it damaged that finds it sound a moment later.
/// </summary>
sealed class BoltFile : IDisposable
{
    const uint Magic = 0xED0CDAED;
    const int HeaderSize = 16;
    const int MetaSize = 64;
    const int DeepestTree = 64;
    const ushort BranchFlag = 1, LeafFlag = 2, MetaFlag = 4;
    const uint BucketFlag = 1;

    readonly Microsoft.Win32.SafeHandles.SafeFileHandle _file;
    readonly string _path;
    readonly int _pageSize;
    readonly ulong _root;
    readonly ulong _pages;

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is not a bbolt database.</exception>
    public BoltFile(string path)
    {
        _path = path;
        _file = Native.OpenUnlocked(path);
        try
        {
            (_pageSize, _root, _pages) = ReadMeta();
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The last key of a bucket of the root, by its bytes; null when the bucket is empty or not there.</summary>
    /// <exception cref="InvalidDataException">The way to it is damaged.</exception>
    public byte[]? LastKey(string bucket) => Bucket(bucket) is { } tree ? Last(tree) : null;

    /// <summary>The value of a key in a bucket of the root; null when there is none.</summary>
    /// <exception cref="InvalidDataException">The way to it is damaged.</exception>
    public byte[]? Value(string bucket, ReadOnlySpan<byte> key) => Bucket(bucket) is { } tree ? Find(tree, key) : null;

    /// <summary>All keys of a bucket of the root, in order; meant for small ones.</summary>
    /// <exception cref="InvalidDataException">The bucket is damaged.</exception>
    public IReadOnlyList<byte[]> Keys(string bucket)
    {
        var keys = new List<byte[]>();
        if (Bucket(bucket) is { } tree) Walk(tree, page => keys.AddRange(Enumerable.Range(0, page.Count).Select(i => page.Key(i).ToArray())), 0);
        return keys;
    }

    /// <summary>
    /// Reads every page that can be reached and checks that pages are what they are used as, are used once, and have their
    /// keys in order.
    /// </summary>
    /// <exception cref="InvalidDataException">The database is damaged; the message says where.</exception>
    public void Verify(CancellationToken cancel)
    {
        var seen = new System.Collections.BitArray(checked((int)_pages));
        VerifyTree(new(this, _root), seen, cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    void VerifyTree(Tree tree, System.Collections.BitArray seen, CancellationToken cancel)
    {
        byte[]? last = null;
        Walk(tree, page =>
        {
            cancel.ThrowIfCancellationRequested();
            for (var i = 0; i < page.Count; i++)
            {
                var key = page.Key(i);
                if (last is not null && key.SequenceCompareTo(last) <= 0) throw Damaged($"the keys of page {page.Id} are not in order");
                last = key.ToArray();
                if (page.IsBucket(i)) VerifyTree(SubTree(page.Value(i)), seen, cancel);
            }
        }, 0, page =>
        {
            for (var id = page.Id; id <= page.Id + page.Overflow; id++)
            {
                if (seen[(int)id]) throw Damaged($"page {id} is used twice");
                seen[(int)id] = true;
            }
        });
    }

    Tree? Bucket(string name) => Find(new(this, _root), System.Text.Encoding.ASCII.GetBytes(name)) is { } value ? SubTree(value) : null;

    // A small bucket is a page inside of the value that would otherwise say where its page is.
    Tree SubTree(ReadOnlySpan<byte> value)
    {
        if (value.Length < HeaderSize) throw Damaged("a bucket has no header");
        var root = BinaryPrimitives.ReadUInt64LittleEndian(value);
        return root == 0 ? new(this, 0, value[HeaderSize..].ToArray()) : new(this, root);
    }

    byte[]? Find(Tree tree, ReadOnlySpan<byte> key)
    {
        var page = tree.Root;
        for (var depth = 0; depth < DeepestTree; depth++)
        {
            var at = page.Search(key);
            if (page.IsLeaf) return at >= 0 && page.Key(at).SequenceEqual(key) ? page.Value(at).ToArray() : null;
            page = Read(page.Child(Math.Max(0, at)));
        }
        throw Damaged("its tree has no end");
    }

    byte[]? Last(Tree tree)
    {
        var page = tree.Root;
        for (var depth = 0; depth < DeepestTree; depth++)
        {
            if (page.Count == 0) return null;
            if (page.IsLeaf) return page.Key(page.Count - 1).ToArray();
            page = Read(page.Child(page.Count - 1));
        }
        throw Damaged("its tree has no end");
    }

    void Walk(Tree tree, Action<Page> leaf, int depth, Action<Page>? visited = null) => Walk(tree.Root, tree.IsInline, leaf, depth, visited);

    void Walk(Page page, bool inline, Action<Page> leaf, int depth, Action<Page>? visited)
    {
        if (depth > DeepestTree) throw Damaged("its tree has no end");
        if (!inline) visited?.Invoke(page);
        if (page.IsLeaf)
        {
            leaf(page);
            return;
        }
        for (var i = 0; i < page.Count; i++) Walk(Read(page.Child(i)), false, leaf, depth + 1, visited);
    }

    (int PageSize, ulong Root, ulong Pages) ReadMeta()
    {
        // The first two pages describe the database and are written in turn; the newer of the sound ones counts.
        (ulong Transaction, int PageSize, ulong Root, ulong Pages)? best = null;
        var first = MetaAt(0);
        for (var size = 1 << 10; size <= 64 << 10; size <<= 1)
        {
            foreach (var candidate in new[] { first, MetaAt(size) })
            {
                if (candidate is { } meta && (best is null || meta.Transaction > best.Value.Transaction)) best = meta;
            }
        }
        if (best is not { } newest) throw Damaged("it has no sound description of itself");
        return (newest.PageSize, newest.Root, newest.Pages);
    }

    (ulong Transaction, int PageSize, ulong Root, ulong Pages)? MetaAt(long offset)
    {
        Span<byte> bytes = stackalloc byte[HeaderSize + MetaSize];
        if (RandomAccess.Read(_file, bytes, offset) < bytes.Length || (BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) & MetaFlag) == 0) return null;
        var meta = bytes[HeaderSize..];
        if (BinaryPrimitives.ReadUInt32LittleEndian(meta) != Magic || Fnv(meta[..56]) != BinaryPrimitives.ReadUInt64LittleEndian(meta[56..])) return null;
        var pageSize = BinaryPrimitives.ReadInt32LittleEndian(meta[8..]);
        if (pageSize is < 1 << 10 or > 64 << 10 || (offset != 0 && offset != pageSize)) return null;
        return (BinaryPrimitives.ReadUInt64LittleEndian(meta[48..]), pageSize, BinaryPrimitives.ReadUInt64LittleEndian(meta[16..]), BinaryPrimitives.ReadUInt64LittleEndian(meta[40..]));
    }

    static ulong Fnv(ReadOnlySpan<byte> bytes)
    {
        var hash = 14695981039346656037;
        foreach (var b in bytes) hash = (hash ^ b) * 1099511628211;
        return hash;
    }

    Page Read(ulong id)
    {
        if (id < 2 || id >= _pages) throw Damaged($"it refers to page {id} of {_pages}");
        var bytes = new byte[_pageSize];
        ReadAt(bytes, (long)id * _pageSize, id);
        var overflow = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(12));
        if (overflow > 0)
        {
            if (id + overflow >= _pages || overflow > int.MaxValue / _pageSize - 1) throw Damaged($"page {id} claims {overflow} more pages");
            Array.Resize(ref bytes, (int)(overflow + 1) * _pageSize);
            ReadAt(bytes, (long)id * _pageSize, id);
        }
        var page = new Page(this, bytes, id);
        return page.StatedId == id ? page : throw Damaged($"page {id} says that it is page {page.StatedId}");
    }

    void ReadAt(byte[] bytes, long offset, ulong id)
    {
        for (var done = 0; done < bytes.Length;)
        {
            var got = RandomAccess.Read(_file, bytes.AsSpan(done), offset + done);
            if (got == 0) throw Damaged($"it ends in page {id}");
            done += got;
        }
    }

    InvalidDataException Damaged(string what) => new($"{_path} is damaged: {what}");

    readonly record struct Tree(BoltFile File, ulong RootId, byte[]? Inline = null)
    {
        public bool IsInline => Inline is not null;

        public Page Root => Inline is null ? File.Read(RootId) : new(File, Inline, 0);
    }

    sealed class Page
    {
        readonly BoltFile _owner;
        readonly byte[] _bytes;

        public Page(BoltFile owner, byte[] bytes, ulong id)
        {
            (_owner, _bytes, Id) = (owner, bytes, id);
            if (bytes.Length < HeaderSize) throw owner.Damaged("a page has no header");
            var flags = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
            IsLeaf = (flags & LeafFlag) != 0;
            if (!IsLeaf && (flags & BranchFlag) == 0) throw owner.Damaged($"page {id} is no part of a tree");
            Count = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(10));
            if (HeaderSize + Count * 16 > bytes.Length) throw owner.Damaged($"page {id} claims {Count} elements");
        }

        public ulong Id { get; }

        public ulong StatedId => BinaryPrimitives.ReadUInt64LittleEndian(_bytes);

        public uint Overflow => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(12));

        public bool IsLeaf { get; }

        public int Count { get; }

        public ReadOnlySpan<byte> Key(int index) => IsLeaf
            ? Slice(index, Field(index, 4), Field(index, 8))
            : Slice(index, Field(index, 0), Field(index, 4));

        public ReadOnlySpan<byte> Value(int index) => Slice(index, Field(index, 4) + Field(index, 8), Field(index, 12));

        public bool IsBucket(int index) => (Field(index, 0) & BucketFlag) != 0;

        public ulong Child(int index) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(Element(index) + 8));

        /// <summary>The last element whose key is not greater; -1 when there is none.</summary>
        public int Search(ReadOnlySpan<byte> key)
        {
            var (low, high) = (0, Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (Key(middle).SequenceCompareTo(key) <= 0) low = middle + 1;
                else high = middle;
            }
            return low - 1;
        }

        static int Element(int index) => HeaderSize + index * 16;

        uint Field(int index, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(Element(index) + offset));

        ReadOnlySpan<byte> Slice(int index, uint offset, uint length)
        {
            var start = Element(index) + (long)offset;
            return start + length <= _bytes.Length ? _bytes.AsSpan((int)start, (int)length) : throw _owner.Damaged($"an element of page {Id} lies outside of it");
        }
    }
}
