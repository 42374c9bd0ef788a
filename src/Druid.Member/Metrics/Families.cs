using System.Text;

namespace Druid.Member.Metrics;

/// <summary>Values that are set, by the values of some labels.</summary>
/// <param name="name">The metric's name.</param>
/// <param name="type"><c>gauge</c> or <c>counter</c>.</param>
/// <param name="help">What it is about.</param>
sealed class Family(string name, string type, string help) : IMetric
{
    readonly SortedDictionary<string, double> _values = new(StringComparer.Ordinal);

    /// <summary>Sets a value.</summary>
    /// <param name="labels">As Prometheus writes them: <c>kind="Full"</c>; empty for none.</param>
    /// <param name="value">The value.</param>
    public void Set(string labels, double value)
    {
        lock (_values) _values[labels] = value;
    }

    /// <summary>Adds to a value, which begins with 0.</summary>
    public void Add(string labels, double value)
    {
        lock (_values) _values[labels] = _values.GetValueOrDefault(labels) + value;
    }

    /// <inheritdoc/>
    public void Render(StringBuilder text)
    {
        lock (_values)
        {
            if (_values.Count == 0) return;
            Sample.Header(text, name, type, help);
            foreach (var (labels, value) in _values) Sample.Line(text, name, labels, value);
        }
    }
}
