using System.ComponentModel;
using System.Diagnostics;

namespace Druid.Member.Restore;

/// <summary>etcd's own command line tool for files: <c>etcdutl</c>, or <c>etcdctl</c> of releases before there was one.</summary>
static class StockTool
{
    /// <summary>Makes a data directory from a database.</summary>
    /// <param name="database">The database, with its hash at the end unless <paramref name="hashed"/> is false.</param>
    /// <param name="hashed">Whether the hash is to be checked.</param>
    /// <param name="target">The data directory; it must not exist.</param>
    /// <param name="options">Who the member is.</param>
    /// <param name="cancel">Kills the tool.</param>
    /// <exception cref="RestoreException">The tool fails, or there is none.</exception>
    public static Task Restore(string database, bool hashed, string target, RestoreOptions options, CancellationToken cancel) => Run(
    [
        "snapshot", "restore", database,
        $"--data-dir={target}",
        $"--name={options.Name}",
        $"--initial-cluster={string.Join(',', options.InitialCluster.Select(m => $"{m.Name}={m.PeerUrl}"))}",
        $"--initial-cluster-token={options.Token}",
        $"--initial-advertise-peer-urls={string.Join(',', options.PeerUrls)}",
        .. hashed && !options.SkipHashCheck ? Array.Empty<string>() : ["--skip-hash-check=true"],
    ], cancel);

    /// <summary>Rewrites the database of a data directory without its holes. No etcd may run on it.</summary>
    /// <exception cref="RestoreException">The tool fails, or there is none.</exception>
    public static Task Defragment(string dataDirectory, CancellationToken cancel) => Run(["defrag", $"--data-dir={dataDirectory}"], cancel);

    static async Task Run(string[] arguments, CancellationToken cancel)
    {
        foreach (var program in new[] { "etcdutl", "etcdctl" })
        {
            if (await TryRun(program, arguments, cancel)) return;
        }
        throw new RestoreException("neither etcdutl nor etcdctl is installed: snapshots are restored with them");
    }

    static async Task<bool> TryRun(string program, string[] arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // etcdctl 3.3 speaks the older API unless told otherwise; what a pod sets for other tools must not confuse it.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("ETCDCTL_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        start.Environment["ETCDCTL_API"] = "3";
        Process? process;
        try
        {
            process = Process.Start(start);
        }
        catch (Win32Exception)
        {
            return false;
        }
        using (process)
        {
            var output = Task.WhenAll(process!.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
            try
            {
                await process.WaitForExitAsync(cancel);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                throw;
            }
            if (process.ExitCode != 0) throw new RestoreException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {string.Concat(await output).Trim()}");
        }
        return true;
    }
}
