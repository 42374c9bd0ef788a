namespace Druid.Member.Snapshots;

/// <summary>The names of the leases that say how far the backups are.</summary>
/// <param name="Full">That of full snapshots.</param>
/// <param name="Delta">That of deltas.</param>
sealed record SnapshotLeaseNames(string Full, string Delta);
