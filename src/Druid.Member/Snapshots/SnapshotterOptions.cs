using Druid.Kubernetes.Resources;

namespace Druid.Member.Snapshots;

/// <summary>When snapshots are taken, and how.</summary>
sealed record SnapshotterOptions
{
    /// <summary>When full snapshots are due.</summary>
    public required CronSchedule Schedule { get; init; }

    /// <summary>Time between two deltas; less than a second takes none.</summary>
    public required TimeSpan DeltaPeriod { get; init; }

    /// <summary>Bytes of events after which a delta is taken early.</summary>
    public required long DeltaLimit { get; init; }

    /// <summary>How snapshots are compressed.</summary>
    public required Compression Compression { get; init; }

    /// <summary>How long a full snapshot may take.</summary>
    public required TimeSpan SnapshotTimeout { get; init; }

    /// <summary>How long a call to etcd may take.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Directory of events that wait for their delta.</summary>
    public required string SpoolDirectory { get; init; }

    /// <summary>Waits between attempts.</summary>
    public required Backoff Backoff { get; init; }

    /// <summary>Whether deltas are taken.</summary>
    public bool TakesDeltas => DeltaPeriod >= TimeSpan.FromSeconds(1);

    /// <summary>Bytes on disk after which no more events are fetched until some are in the store.</summary>
    public long SpoolLimit => Math.Max(1L << 30, 10 * DeltaLimit);
}

/// <summary>How long to wait after failures in a row: a second, then longer by a factor each time, up to a longest wait.</summary>
/// <param name="Multiplier">The factor.</param>
/// <param name="Attempts">After how many failures the wait is the longest.</param>
/// <param name="Longest">The longest wait.</param>
sealed record Backoff(double Multiplier, int Attempts, TimeSpan Longest)
{
    /// <summary>The wait after so many failures.</summary>
    public TimeSpan After(int failures) =>
        failures >= Attempts ? Longest : TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, Math.Pow(Multiplier, Math.Max(0, failures - 1))));
}
