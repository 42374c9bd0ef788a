namespace Druid.LoadTests.Measuring;

/// <summary>Values in order, for percentiles (nearest rank).</summary>
sealed class Distribution(IEnumerable<double> values)
{
    readonly double[] _sorted = [.. values.Order()];

    /// <summary>How many there are.</summary>
    public int Count => _sorted.Length;

    /// <summary>The value that this share of all does not exceed; NaN without values.</summary>
    /// <param name="share">Above 0, at most 1.</param>
    public double At(double share) => _sorted.Length == 0 ? double.NaN : _sorted[(int)Math.Ceiling(share * _sorted.Length) - 1];

    /// <summary>The largest; NaN without values.</summary>
    public double Max => At(1);
}
