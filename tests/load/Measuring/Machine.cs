using System.Diagnostics;
using System.Globalization;

namespace Druid.LoadTests.Measuring;

/// <summary>What a control plane, the simulated nodes and the rest of the machine spend beside the operator.</summary>
/// <param name="directory">The control plane's, where it keeps the ids of its processes.</param>
sealed class Machine(string directory)
{
    static readonly double TicksPerSecond = 100; // USER_HZ, which is 100 on every Linux that .NET runs on

    /// <summary>What each has spent by now.</summary>
    public MachineSample Sample() => new(Daemon("apiserver"), Daemon("etcd"), Daemon("controller-manager"), Nodes(), Busy());

    static double Nodes()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime.TotalSeconds;
    }

    double Daemon(string name)
    {
        var file = Path.Combine(directory, "run", $"{name}.pid");
        if (!File.Exists(file)) return 0;
        var id = File.ReadAllText(file).Split(' ')[0];
        return CpuOf(id);
    }

    /// <summary>CPU seconds of all threads of a process since its start; 0 when there is none.</summary>
    public static double CpuOf(string id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            // The name, in parentheses, may hold anything.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>How many seconds each thread of a process could have run and had no core, since its start, by its id.</summary>
    public static IEnumerable<(string Thread, double Seconds)> WaitsOf(string id)
    {
        foreach (var thread in Directory.GetDirectories($"/proc/{id}/task"))
        {
            string[] spent;
            try
            {
                // Nanoseconds on a core, nanoseconds in the queue for one, times it came to one.
                spent = File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ');
            }
            catch (IOException)
            {
                continue; // It has ended.
            }
            yield return (thread, long.Parse(spent[1], CultureInfo.InvariantCulture) / 1e9);
        }
    }

    // All but idle, waiting for disks, and what guests were already counted for.
    static double Busy()
    {
        var cpu = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(t => double.Parse(t, CultureInfo.InvariantCulture)).ToArray();
        return (cpu[0] + cpu[1] + cpu[2] + cpu[5] + cpu[6] + cpu[7]) / TicksPerSecond;
    }
}

/// <summary>CPU seconds so far.</summary>
/// <param name="ApiServer">Of the API server.</param>
/// <param name="Etcd">Of its etcd.</param>
/// <param name="Controllers">Of the controllers of Kubernetes.</param>
/// <param name="Nodes">Of this process: the simulated nodes, and the watches that measure.</param>
/// <param name="All">Of everything that runs on this machine.</param>
sealed record MachineSample(double ApiServer, double Etcd, double Controllers, double Nodes, double All)
{
    /// <summary>What was spent since an earlier sample.</summary>
    public MachineSample Since(MachineSample earlier) =>
        new(ApiServer - earlier.ApiServer, Etcd - earlier.Etcd, Controllers - earlier.Controllers, Nodes - earlier.Nodes, All - earlier.All);
}
