namespace Druid.Member.Snapshots;

/// <summary>The leases in which the operator reads how far the backups are. What cannot be written is written with the next report.</summary>
interface ISnapshotLeases
{
    /// <summary>Notes the latest full snapshot.</summary>
    /// <returns>Whether that could be done.</returns>
    Task<bool> NoteFull(Snapshot full, CancellationToken cancel);

    /// <summary>Notes that deltas are up to date.</summary>
    /// <param name="last">The latest delta since the latest full snapshot; null when there is none.</param>
    /// <param name="cancel">Ends it.</param>
    Task NoteDelta(Snapshot? last, CancellationToken cancel);
}

/// <summary>No leases, for clusters that no operator looks after.</summary>
sealed class NoSnapshotLeases : ISnapshotLeases
{
    /// <inheritdoc/>
    public Task<bool> NoteFull(Snapshot full, CancellationToken cancel) => Task.FromResult(true);

    /// <inheritdoc/>
    public Task NoteDelta(Snapshot? last, CancellationToken cancel) => Task.CompletedTask;
}
