using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Druid.Operator.Server;

/// <summary>
/// Collects what this process measures through <see cref="Meter"/>s and writes it in the text format that Prometheus reads.
/// </summary>
sealed class PrometheusText : IDisposable
{
    static readonly double[] Buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    readonly MeterListener listener = new();
    readonly ConcurrentDictionary<string, Family> families = new();

    /// <param name="meters">Names of the meters to collect.</param>
    public PrometheusText(IReadOnlySet<string> meters)
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (meters.Contains(instrument.Meter.Name))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.Start();
    }

    /// <summary>All series as they are now.</summary>
    public string Write()
    {
        // What is observed is observed anew: a series that nobody tells of any more is gone.
        foreach (var family in families.Values.Where(f => f.Observed))
        {
            family.Series.Clear();
        }
        listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var (name, family) in families.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {family.Help}\n# TYPE {name} {family.Type}\n");
            foreach (var (labels, series) in family.Series.OrderBy(s => s.Key, StringComparer.Ordinal))
            {
                series.Write(text, name, labels);
            }
        }
        return text.ToString();
    }

    public void Dispose() => listener.Dispose();

    void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        // Several instruments may share a name, as those of two queues do: together they are one family.
        var family = families.GetOrAdd(instrument.Name, _ => new(instrument.Description ?? "", TypeOf(instrument), instrument.IsObservable, new()));
        var series = family.Series.GetOrAdd(Labels(tags), _ => IsHistogram(instrument) ? new HistogramSeries(BucketsOf(instrument)) : new Series());
        if (TellsWholeValue(instrument))
        {
            series.Set(value);
        }
        else
        {
            series.Add(value);
        }
    }

    static string TypeOf(Instrument instrument) => IsHistogram(instrument) ? "histogram" : IsCounter(instrument) ? "counter" : "gauge";

    // An instrument may say what is worth telling apart.
    static IReadOnlyList<double> BucketsOf(Instrument instrument) =>
        (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? (IReadOnlyList<double>)Buckets;

    static bool IsHistogram(Instrument i) => i is Histogram<double> or Histogram<long> or Histogram<int>;

    static bool IsCounter(Instrument i) =>
        i is Counter<int> or Counter<long> or Counter<double> or ObservableCounter<int> or ObservableCounter<long> or ObservableCounter<double>;

    // An observable instrument tells its value anew each time, one that counts too.
    static bool TellsWholeValue(Instrument i) => i.IsObservable || i is Gauge<int> or Gauge<long> or Gauge<double>;

    static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            var escaped = (value?.ToString() ?? "").Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            text.Append(text.Length == 0 ? "" : ",").Append(name).Append("=\"").Append(escaped).Append('"');
        }
        return text.ToString();
    }

    sealed record Family(string Help, string Type, bool Observed, ConcurrentDictionary<string, Series> Series);

    class Series
    {
        readonly Lock gate = new();
        double sum;

        public virtual void Add(double value)
        {
            lock (gate)
            {
                sum += value;
            }
        }

        public void Set(double value)
        {
            lock (gate)
            {
                sum = value;
            }
        }

        public virtual void Write(StringBuilder text, string name, string labels) => Line(text, name, labels, sum);

        protected static void Line(StringBuilder text, string name, string labels, double value) =>
            text.Append(name).Append(labels.Length == 0 ? "" : $"{{{labels}}}").Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    sealed class HistogramSeries(IReadOnlyList<double> bounds) : Series
    {
        readonly Lock gate = new();
        readonly long[] counts = new long[bounds.Count + 1];
        double total;

        public override void Add(double value)
        {
            var bucket = bounds.TakeWhile(bound => value > bound).Count();
            lock (gate)
            {
                counts[bucket]++;
                total += value;
            }
        }

        public override void Write(StringBuilder text, string name, string labels)
        {
            lock (gate)
            {
                var separator = labels.Length == 0 ? "" : ",";
                var below = 0L;
                for (var i = 0; i <= bounds.Count; i++)
                {
                    below += counts[i];
                    var bound = i < bounds.Count ? bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                    Line(text, $"{name}_bucket", $"{labels}{separator}le=\"{bound}\"", below);
                }
                Line(text, $"{name}_sum", labels, total);
                Line(text, $"{name}_count", labels, below);
            }
        }
    }
}
