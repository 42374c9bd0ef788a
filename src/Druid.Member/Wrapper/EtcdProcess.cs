using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Druid.Member.Wrapper;

/// <summary>
/// A running etcd, child of this process. Its output goes where the agent's goes. It ends with the agent, whatever the
/// agent dies of.
/// </summary>
sealed class EtcdProcess
{
    readonly Process _process;
    readonly TaskCompletionSource<int> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);

    EtcdProcess(Process process) => _process = process;

    /// <summary>Completes with etcd's exit code; 128 plus the signal if a signal ended it.</summary>
    public Task<int> Exit => _exit.Task;

    /// <summary>etcd's process id.</summary>
    public int Id => _process.Id;

    /// <summary>Starts etcd.</summary>
    /// <param name="program">etcd, looked up in PATH.</param>
    /// <param name="configFile">Its configuration.</param>
    /// <param name="agent">The agent's own program, which holds the leash.</param>
    /// <exception cref="Win32Exception">The agent's program cannot be started.</exception>
    public static Task<EtcdProcess> Start(string program, string configFile, string agent)
    {
        var started = new TaskCompletionSource<EtcdProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        // The kernel counts the thread that starts a child as its parent, so this one has to live as long as etcd.
        var keeper = new Thread(() => Keep(program, configFile, agent, started)) { IsBackground = true, Name = "etcd keeper" };
        keeper.Start();
        return started.Task;
    }

    /// <summary>Passes a signal on; does nothing if etcd is gone.</summary>
    public void Signal(PosixSignal signal)
    {
        try
        {
            if (!Exit.IsCompleted) Native.Signal(Id, Number(signal));
        }
        catch (Win32Exception)
        {
            // Gone between the look and the signal.
        }
    }

    /// <summary>Ends it at once; does nothing if it is gone.</summary>
    public void Kill()
    {
        try
        {
            if (!Exit.IsCompleted) Native.Signal(Id, Native.Kill);
        }
        catch (Win32Exception)
        {
            // Gone between the look and the signal.
        }
    }

    /// <summary>The number of a signal that ends a process.</summary>
    public static int Number(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGINT => 2,
        PosixSignal.SIGTERM => 15,
        _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "only SIGINT and SIGTERM are passed on"),
    };

    static void Keep(string program, string configFile, string agent, TaskCompletionSource<EtcdProcess> started)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(agent, Leash.Arguments(program, [$"--config-file={configFile}"])) { UseShellExecute = false })!;
            var etcd = new EtcdProcess(process);
            started.SetResult(etcd);
            process.WaitForExit();
            etcd._exit.SetResult(process.ExitCode);
        }
        catch (Win32Exception failure)
        {
            started.TrySetException(failure);
        }
    }
}
