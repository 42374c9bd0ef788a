using System.Runtime.InteropServices;

namespace Druid.Member.Wrapper;

/// <summary>
/// A file in the data volume that says that etcd was stopped in order, and by which signal. While it is there, a quick look
/// at the data is enough before the next start; etcd that crashed or was killed leaves none.
/// </summary>
sealed class ExitMarker(string path)
{
    // The words that the reference wrapper writes and expects.
    const string Interrupted = "interrupt";
    const string Terminated = "terminated";

    /// <summary>How thoroughly the sidecar is to validate the data: <c>sanity</c> after an orderly stop, else <c>full</c>.</summary>
    public string ValidationMode
    {
        get
        {
            try
            {
                return File.ReadAllText(path).Trim() is Interrupted or Terminated ? "sanity" : "full";
            }
            catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
            {
                return "full";
            }
        }
    }

    /// <summary>Remembers an orderly stop.</summary>
    public void Set(PosixSignal signal) => File.WriteAllText(path, signal == PosixSignal.SIGINT ? Interrupted : Terminated);

    /// <summary>Forgets it: from now on only another orderly stop counts.</summary>
    public void Clear() => File.Delete(path);

    /// <summary>Whether an exit code is that of an etcd that a signal stopped in order.</summary>
    public static bool IsOrderly(int exitCode, PosixSignal signal) => exitCode == 0 || exitCode == 128 + EtcdProcess.Number(signal);
}
