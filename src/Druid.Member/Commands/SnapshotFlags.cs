using System.CommandLine;
using Druid.Kubernetes.Resources;
using Druid.Member.Maintenance;
using Druid.Member.Snapshots;

namespace Druid.Member.Commands;

/// <summary>Flags of snapshots: when they are taken, how they are packed, how long they are kept.</summary>
sealed class SnapshotFlags : FlagGroup
{
    readonly Option<string> _schedule;
    readonly Option<TimeSpan> _deltaPeriod;
    readonly Option<long> _deltaLimit;
    readonly Option<TimeSpan> _deltaRetention;
    readonly Option<string> _collectionPolicy;
    readonly Option<TimeSpan> _collectionPeriod;
    readonly Option<long> _mostFull;
    readonly Option<Toggle> _compress;
    readonly Option<string> _compression;
    readonly Option<TimeSpan> _snapshotTimeout;
    readonly Option<TimeSpan> _connectionTimeout;
    readonly Option<long> _backoffMultiplier;
    readonly Option<long> _backoffAttempts;
    readonly Option<TimeSpan> _backoffLongest;
    readonly Option<string> _defragmentation;
    readonly Option<TimeSpan> _defragmentationTimeout;

    public SnapshotFlags()
    {
        _schedule = Text("schedule", "0 */1 * * *", "When full snapshots are taken, in cron notation and UTC.", "s");
        _deltaPeriod = Span("delta-snapshot-period", TimeSpan.FromSeconds(20), "Time between two delta snapshots; less than 1s takes none.");
        _deltaLimit = Number("delta-snapshot-memory-limit", 10 << 20, 0, "Bytes of events after which a delta snapshot is taken early.");
        _deltaRetention = Span("delta-snapshot-retention-period", TimeSpan.Zero, "How long delta snapshots are kept that a newer full snapshot covers.");
        _collectionPolicy = Choice("garbage-collection-policy", "Exponential", "Which older snapshots are kept.", "Exponential", "LimitBased");
        _collectionPeriod = Span("garbage-collection-period", TimeSpan.FromMinutes(1), "Time between two collections; less than 1s collects nothing.");
        _mostFull = Number("max-backups", 7, 1, "Full snapshots that LimitBased keeps.", "m");
        _compress = Switch("compress-snapshots", true, "Whether snapshots are compressed.");
        _compression = Choice("compression-policy", "gzip", "How they are compressed.", "gzip", "lzw", "zlib");
        _snapshotTimeout = Span("etcd-snapshot-timeout", TimeSpan.FromMinutes(15), "Time that a full snapshot may take.");
        _connectionTimeout = Span("etcd-connection-timeout", TimeSpan.FromMinutes(5), "Time that a call of the snapshotter to etcd may take.");
        _backoffMultiplier = Number("backoff-multiplier", 2, 1, "How the wait grows after each failed attempt.");
        _backoffAttempts = Number("backoff-attempt-limit", 6, 1, "Attempts over which it grows.");
        _backoffLongest = Span("backoff-threshold-time", TimeSpan.FromSeconds(128), "The longest wait.");
        _defragmentation = Text("defragmentation-schedule", "0 0 */3 * *", "When etcd's databases are defragmented, in cron notation and UTC.");
        _defragmentationTimeout = Span("etcd-defrag-timeout", TimeSpan.FromMinutes(15), "Time that a defragmentation may take.");
    }

    /// <summary>When and how snapshots are taken.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="tempDirectory">Directory for what waits to be uploaded.</param>
    /// <exception cref="FormatException">The schedule is none.</exception>
    public SnapshotterOptions Read(ParseResult parsed, string tempDirectory) => new()
    {
        Schedule = Cron(parsed, _schedule),
        DeltaPeriod = parsed.GetValue(_deltaPeriod),
        DeltaLimit = parsed.GetValue(_deltaLimit) is > 0 and var limit ? limit : 10 << 20,
        Compression = Compression(parsed),
        SnapshotTimeout = SnapshotTimeout(parsed),
        CallTimeout = parsed.GetValue(_connectionTimeout),
        SpoolDirectory = Path.Combine(tempDirectory, "spool"),
        Backoff = new(parsed.GetValue(_backoffMultiplier), (int)Math.Min(parsed.GetValue(_backoffAttempts), 1000), parsed.GetValue(_backoffLongest)),
    };

    /// <summary>Which snapshots are kept.</summary>
    public RetentionOptions Retention(ParseResult parsed) => new()
    {
        Policy = parsed.GetValue(_collectionPolicy) == "Exponential" ? RetentionPolicy.Exponential : RetentionPolicy.LimitBased,
        MostFull = (int)Math.Min(parsed.GetValue(_mostFull), int.MaxValue),
        DeltaRetention = parsed.GetValue(_deltaRetention),
        Period = parsed.GetValue(_collectionPeriod),
    };

    /// <summary>When databases are defragmented.</summary>
    /// <exception cref="FormatException">The schedule is none.</exception>
    public DefragmentationOptions Defragmentation(ParseResult parsed) => new(Cron(parsed, _defragmentation), DefragmentationTimeout(parsed));

    /// <summary>How snapshots are compressed.</summary>
    public Compression Compression(ParseResult parsed) => parsed.GetValue(_compress) ? CompressionNames.FromPolicy(parsed.GetValue(_compression)!) : Snapshots.Compression.None;

    /// <summary>How long a full snapshot may take.</summary>
    public TimeSpan SnapshotTimeout(ParseResult parsed) => parsed.GetValue(_snapshotTimeout);

    /// <summary>How long a defragmentation may take.</summary>
    public TimeSpan DefragmentationTimeout(ParseResult parsed) => parsed.GetValue(_defragmentationTimeout);

    static CronSchedule Cron(ParseResult parsed, Option<string> flag)
    {
        try
        {
            return CronSchedule.Parse(parsed.GetValue(flag)!);
        }
        catch (FormatException wrong)
        {
            throw new FormatException($"{flag.Name}: {wrong.Message}", wrong);
        }
    }
}

/// <summary>Flags of the leases that say how far the backups are.</summary>
sealed class SnapshotLeaseFlags : FlagGroup
{
    readonly Option<Toggle> _renews;
    readonly Option<string> _full;
    readonly Option<string> _delta;

    public SnapshotLeaseFlags()
    {
        _renews = Switch("enable-snapshot-lease-renewal", false, "Report snapshots in the snapshot leases.");
        _full = Text("full-snapshot-lease-name", "full-snapshot-revisions", "Lease for full snapshots.");
        _delta = Text("delta-snapshot-lease-name", "delta-snapshot-revisions", "Lease for delta snapshots.");
    }

    /// <summary>The leases' names; null where none are written.</summary>
    public SnapshotLeaseNames? Read(ParseResult parsed) => parsed.GetValue(_renews) ? new(parsed.GetValue(_full)!, parsed.GetValue(_delta)!) : null;
}
