using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Druid.Member.Metrics;

/// <summary>The metrics of a process, and their text for Prometheus.</summary>
sealed class MetricsPage
{
    /// <summary>The content type of the text.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    readonly List<IMetric> _metrics = [];

    /// <summary>Adds a metric to the page.</summary>
    public T Add<T>(T metric) where T : IMetric
    {
        lock (_metrics) _metrics.Add(metric);
        return metric;
    }

    /// <summary>All metrics, and the process's own.</summary>
    public string Render()
    {
        var text = new StringBuilder();
        lock (_metrics)
        {
            foreach (var metric in _metrics) metric.Render(text);
        }
        using var process = Process.GetCurrentProcess();
        new Gauge("process_resident_memory_bytes", "Resident memory in bytes.", () => process.WorkingSet64).Render(text);
        new Gauge("process_start_time_seconds", "Start time since the epoch in seconds.", () => new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0).Render(text);
        Sample.Header(text, "process_cpu_seconds_total", "counter", "CPU time in seconds.");
        Sample.Line(text, "process_cpu_seconds_total", "", process.TotalProcessorTime.TotalSeconds);
        return text.ToString();
    }
}

/// <summary>Something with a place on the page.</summary>
interface IMetric
{
    /// <summary>Appends its lines.</summary>
    void Render(StringBuilder text);
}

/// <summary>A value that is looked at when the page is asked for; left out while it is null.</summary>
sealed class Gauge(string name, string help, Func<double?> value) : IMetric
{
    /// <inheritdoc/>
    public void Render(StringBuilder text)
    {
        if (value() is not { } now) return;
        Sample.Header(text, name, "gauge", help);
        Sample.Line(text, name, "", now);
    }
}

/// <summary>A count of attempts by whether they succeeded.</summary>
sealed class Counter(string name, string help) : IMetric
{
    long _succeeded;
    long _failed;

    /// <summary>Counts one attempt.</summary>
    public void Count(bool succeeded) => Interlocked.Increment(ref succeeded ? ref _succeeded : ref _failed);

    /// <inheritdoc/>
    public void Render(StringBuilder text)
    {
        Sample.Header(text, name, "counter", help);
        Sample.Line(text, name, Sample.Succeeded(true), Interlocked.Read(ref _succeeded));
        Sample.Line(text, name, Sample.Succeeded(false), Interlocked.Read(ref _failed));
    }
}

/// <summary>A distribution of durations in seconds by whether what took them succeeded, and by further labels where there are some.</summary>
/// <param name="name">Its name.</param>
/// <param name="help">What it is about.</param>
/// <param name="bounds">Upper bounds of its buckets, rising.</param>
sealed class Histogram(string name, string help, params double[] bounds) : IMetric
{
    readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);

    /// <summary>Records one duration.</summary>
    /// <param name="duration">How long it took.</param>
    /// <param name="succeeded">Whether it succeeded.</param>
    /// <param name="labels">Further labels, as Prometheus writes them.</param>
    public void Record(TimeSpan duration, bool succeeded, string labels = "")
    {
        var key = labels.Length > 0 ? $"{labels},{Sample.Succeeded(succeeded)}" : Sample.Succeeded(succeeded);
        lock (_series)
        {
            if (!_series.TryGetValue(key, out var series)) _series[key] = series = new(bounds.Length);
            series.Count++;
            series.Sum += duration.TotalSeconds;
            for (var i = 0; i < bounds.Length; i++)
            {
                if (duration.TotalSeconds <= bounds[i]) series.Buckets[i]++;
            }
        }
    }

    /// <summary>Does something and records how long it took.</summary>
    public async Task<T> Time<T>(TimeProvider time, Func<Task<T>> work, string labels = "")
    {
        var start = time.GetTimestamp();
        var succeeded = false;
        try
        {
            var result = await work();
            succeeded = true;
            return result;
        }
        finally
        {
            Record(time.GetElapsedTime(start), succeeded, labels);
        }
    }

    /// <inheritdoc/>
    public void Render(StringBuilder text)
    {
        Sample.Header(text, name, "histogram", help);
        lock (_series)
        {
            foreach (var (labels, series) in _series) Render(text, series, labels);
        }
    }

    void Render(StringBuilder text, Series series, string label)
    {
        for (var i = 0; i < bounds.Length; i++)
            Sample.Line(text, $"{name}_bucket", $"{label},le=\"{Sample.Number(bounds[i])}\"", series.Buckets[i]);
        Sample.Line(text, $"{name}_bucket", $"{label},le=\"+Inf\"", series.Count);
        Sample.Line(text, $"{name}_sum", label, series.Sum);
        Sample.Line(text, $"{name}_count", label, series.Count);
    }

    sealed class Series(int buckets)
    {
        public readonly long[] Buckets = new long[buckets];
        public long Count;
        public double Sum;
    }
}

/// <summary>Lines of Prometheus' text format.</summary>
static class Sample
{
    public static void Header(StringBuilder text, string name, string type, string help) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    public static void Line(StringBuilder text, string name, string labels, double value) =>
        text.Append(name).Append(labels.Length > 0 ? $"{{{labels}}}" : "").Append(' ').Append(Number(value)).Append('\n');

    public static string Succeeded(bool succeeded) => succeeded ? "succeeded=\"true\"" : "succeeded=\"false\"";

    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
