using Druid.Kubernetes.Resources;
using Druid.Member.Etcd;
using Druid.Member.Metrics;
using Druid.Member.Restore;
using Druid.Member.Snapshots;
using Druid.Member.Stores;
using Druid.Member.Stores.Local;
using Serilog.Core;

namespace Druid.MemberTests.Harness;

/// <summary>A store in a directory, snapshotters that fill it and restores from it, in this process.</summary>
sealed class BackupLab : IAsyncDisposable
{
    readonly List<(CancellationTokenSource Stop, Task Work)> _running = [];

    public BackupLab()
    {
        Root = Directory.CreateTempSubdirectory("druid-backup-").FullName;
        Store = new LocalStore(Path.Combine(Root, "store"), TimeProvider.System);
    }

    public string Root { get; }

    public IObjectStore Store { get; }

    public string StoreDirectory => Path.Combine(Root, "store");

    public BackupHealth Health { get; } = new();

    public MetricsPage Page { get; } = new();

    public string At(string name) => Path.Combine(Root, name);

    /// <summary>Runs a snapshotter on an etcd, as if its member led.</summary>
    public async Task<Snapshotter> Snapshot(EtcdClient etcd, Compression compression = Compression.None, long limit = 10 << 20, IObjectStore? into = null)
    {
        var options = new SnapshotterOptions
        {
            Schedule = CronSchedule.Parse("0 0 1 1 *"),
            DeltaPeriod = TimeSpan.FromHours(1),
            DeltaLimit = limit,
            Compression = compression,
            SnapshotTimeout = TimeSpan.FromMinutes(5),
            SpoolDirectory = Path.Combine(Root, $"spool-{_running.Count}"),
            Backoff = new(1, 3, TimeSpan.FromMilliseconds(200)),
        };
        var snapshotter = new Snapshotter(etcd, into ?? Store, new NoSnapshotLeases(), options, new BackupMetrics(Page, () => null, () => Health.Trouble is not null), Health, Logger.None, TimeProvider.System);
        var stop = new CancellationTokenSource();
        _running.Add((stop, snapshotter.Run(stop.Token)));
        await Eventually.Is("the snapshotter has begun", async () =>
        {
            try { return (await SnapshotList.Read(Store, default)).Chain() is not null && snapshotter.IsActive && await snapshotter.Take(SnapshotKind.Delta, false, default) is var _; }
            catch (SnapshotException) { return false; }
        });
        return snapshotter;
    }

    /// <summary>Ends all snapshotters.</summary>
    public async Task StopSnapshots()
    {
        foreach (var (stop, work) in _running)
        {
            await stop.CancelAsync();
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.Dispose();
        }
        _running.Clear();
    }

    /// <summary>How to restore into a directory of this lab.</summary>
    public RestoreOptions Options(string name, long? upTo = null) => new RestoreSettings { WorkDirectory = Path.Combine(Root, name + ".work") }.For(Path.Combine(Root, name)) with
    {
        UpTo = upTo,
        AgentProgram = Agent.Program,
    };

    /// <summary>Restores into a directory of this lab and starts an etcd on it.</summary>
    public async Task<SoloEtcd> Restore(string name, long? upTo = null)
    {
        await new Restorer(Store, Options(name, upTo), Logger.None, TimeProvider.System).Restore(default);
        return await SoloEtcd.Start(Path.Combine(Root, name));
    }

    public async ValueTask DisposeAsync()
    {
        await StopSnapshots();
        await Store.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }
}
