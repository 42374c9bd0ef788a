using System.Globalization;
using System.Runtime.InteropServices;

namespace Druid.Kubernetes.Runtime;

/// <summary>The memory of this process.</summary>
public static partial class ProcessMemory
{
    // MADV_DONTNEED, on every architecture of Linux that .NET runs on.
    const int NotNeeded = 4;

    /// <summary>
    /// Collects all garbage and gives what is free back to the system, which neither the collector nor glibc does of itself: both keep it for a
    /// next time that may be hours away. Nothing else runs meanwhile: some 20 ms, and up to 200 with a heap of 60 MB. Lets go of the
    /// program's own pages too, of which a start needs most and what follows few.
    /// </summary>
    public static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            // Of TLS, compression and the compiler: what they freed in the middle of a heap, of which there is one a thread.
            _ = Trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // musl, which has no such function and keeps next to nothing.
        }
        LetGoOfProgram();
    }

    // The runtime maps each assembly in a single-file program twice: to run it, and all of it to read what it says of its types, which is over when
    // they are loaded. Of the code, most ran for the last time when the program had started. Whatever is needed later comes back from the
    // kernel's cache of the file; what is never written cannot be lost.
    static void LetGoOfProgram()
    {
        if (Environment.ProcessPath is not { } program) return;
        foreach (var mapping in File.ReadLines("/proc/self/maps"))
        {
            if (FileMapping.Parse(mapping) is { IsNeverWritten: true } file && file.Path == program) _ = Advise(file.Start, file.Length, NotNeeded);
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint pad);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nuint start, nuint length, int advice);
}

/// <summary>A file in the address space of a process, as <c>/proc/self/maps</c> tells of it.</summary>
/// <param name="Start">Its first address.</param>
/// <param name="Length">Bytes.</param>
/// <param name="IsNeverWritten">
/// Whether every page of it is the file's own: shared to be read, or code. What is private and only read may have been written before it was
/// protected, as tables of addresses are.
/// </param>
/// <param name="Path">The file.</param>
readonly record struct FileMapping(nuint Start, nuint Length, bool IsNeverWritten, string Path)
{
    /// <summary>Reads <c>start-end permissions offset device inode path</c>; null for a mapping without a file.</summary>
    public static FileMapping? Parse(string line)
    {
        var path = line.IndexOf('/');
        var dash = line.IndexOf('-');
        var space = line.IndexOf(' ');
        if (path < 0 || dash < 0 || space < dash || space + 5 > line.Length) return null;
        var start = Address(line.AsSpan(0, dash));
        return new(start, Address(line.AsSpan(dash + 1, space - dash - 1)) - start, line.AsSpan(space + 1, 4) is "r--s" or "r-xp", line[path..]);
    }

    static nuint Address(ReadOnlySpan<char> hex) => nuint.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
