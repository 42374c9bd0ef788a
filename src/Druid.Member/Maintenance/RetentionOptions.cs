namespace Druid.Member.Maintenance;

/// <summary>Which older full snapshots are kept.</summary>
enum RetentionPolicy
{
    /// <summary>All of the current hour, then one an hour of today, one a day of the last week, one a week of the calendar of the four weeks before.</summary>
    Exponential,

    /// <summary>A fixed number.</summary>
    LimitBased,
}

/// <summary>How garbage is collected.</summary>
sealed record RetentionOptions
{
    /// <summary>Which full snapshots are kept.</summary>
    public required RetentionPolicy Policy { get; init; }

    /// <summary>How many full snapshots <see cref="RetentionPolicy.LimitBased"/> keeps.</summary>
    public required int MostFull { get; init; }

    /// <summary>How long deltas are kept that a newer full snapshot covers.</summary>
    public required TimeSpan DeltaRetention { get; init; }

    /// <summary>Time between two collections; less than a second collects nothing.</summary>
    public required TimeSpan Period { get; init; }
}
