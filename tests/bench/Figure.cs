namespace Druid.MemberBench;

/// <summary>A number that was measured.</summary>
/// <param name="Scenario">What was done.</param>
/// <param name="Name">What of it.</param>
/// <param name="Value">How much; the median where it was repeated.</param>
/// <param name="Unit">s, ms, MB, events/s, or empty for a ratio.</param>
/// <param name="Most">The most that it may be; null where no mark is set.</param>
sealed record Figure(string Scenario, string Name, double Value, string Unit, double? Most = null)
{
    /// <summary>What tells it from all others, in the table to compute with too.</summary>
    public string Key => $"{Scenario}: {Name}";

    /// <summary>Whether less of it is better; of a speed more is.</summary>
    public bool LessIsBetter => Unit != "events/s";
}

static class Numbers
{
    /// <summary>The one in the middle.</summary>
    public static double Median(this IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
