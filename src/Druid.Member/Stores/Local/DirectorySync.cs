using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Druid.Member.Stores.Local;

/// <summary>Makes the entries of a directory durable: a renamed file survives a crash only once its directory is on disk.</summary>
static partial class DirectorySync
{
    const int ReadOnlyDirectory = 0x10000; // O_RDONLY | O_DIRECTORY

    /// <summary>Returns when the directory's entries are on disk.</summary>
    /// <exception cref="IOException">The kernel could not write them.</exception>
    public static void Flush(string directory)
    {
        var descriptor = open(directory, ReadOnlyDirectory);
        if (descriptor < 0) throw Failure(directory);
        try
        {
            // Some network file systems cannot, and say so; their renames are as durable as they make them.
            if (fsync(descriptor) < 0 && Marshal.GetLastPInvokeError() != InvalidArgument) throw Failure(directory);
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    const int InvalidArgument = 22;

    static IOException Failure(string directory) =>
        new($"the entries of {directory} cannot be written to disk: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
