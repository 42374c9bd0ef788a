using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Druid.Member.Wrapper;

/// <summary>The few system calls that .NET has no method for.</summary>
static partial class Native
{
    const int SetParentDeathSignal = 1;
    const int CloseOnExec = 0x80000;
    const int NotThere = 2;

    /// <summary>SIGKILL.</summary>
    public const int Kill = 9;

    /// <summary>Sends a signal to a process that exists.</summary>
    /// <exception cref="Win32Exception">The process is gone or not ours.</exception>
    public static void Signal(int pid, int signal) => Check(kill(pid, signal));

    /// <summary>Has the kernel kill the calling process when the thread that started it ends.</summary>
    /// <exception cref="Win32Exception">The kernel refuses.</exception>
    public static void DieWithParent() => Check(prctl(SetParentDeathSignal, Kill, 0, 0, 0));

    /// <summary>The process that started this one, or 1 once that is gone.</summary>
    public static int ParentId => getppid();

    /// <summary>Lets new files be accessible to the owner alone.</summary>
    public static void HideNewFiles() => _ = umask(0b000_111_111);

    /// <summary>
    /// Opens a file for reading whoever has locked it. .NET takes a shared lock with every file, which etcd's own refuse.
    /// </summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle OpenUnlocked(string path)
    {
        var descriptor = open(path, CloseOnExec);
        if (descriptor >= 0) return new SafeFileHandle(descriptor, ownsHandle: true);
        var error = Marshal.GetLastPInvokeError();
        var message = $"{path} cannot be opened: {Marshal.GetPInvokeErrorMessage(error)}";
        throw error == NotThere ? new FileNotFoundException(message, path) : new IOException(message);
    }

    /// <summary>Replaces the calling process by a program, looked up in PATH. Returns only to throw.</summary>
    /// <exception cref="Win32Exception">There is no such program.</exception>
    public static void Execute(string program, IEnumerable<string> arguments) => Check(execvp(program, [program, .. arguments, null]));

    static void Check(int result)
    {
        if (result < 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc")]
    private static partial int getppid();

    [LibraryImport("libc")]
    private static partial uint umask(uint mask);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int execvp(string program, string?[] arguments);
}
