using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Druid.MemberBench;

/// <summary>A process whose time and memory are watched.</summary>
sealed class Observed : IAsyncDisposable
{
    static readonly TimeSpan SamplePeriod = TimeSpan.FromMilliseconds(5);

    readonly Process _process;
    readonly string _name;
    readonly ConcurrentQueue<string> _lines = new();
    readonly Stopwatch _time = Stopwatch.StartNew();
    readonly DateTime _started = DateTime.Now;
    readonly Task _watch;
    double _peak;
    bool _disposed;

    /// <param name="program">What to run.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables to add.</param>
    public Observed(string program, string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        _name = $"{Path.GetFileName(program)} {string.Join(' ', arguments)}";
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        _watch = Task.Run(Watch);
    }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Time since its start, or that it ran.</summary>
    public TimeSpan Elapsed => _time.Elapsed;

    /// <summary>The most memory that was resident, in MB (a million bytes).</summary>
    public double PeakMegabytes => Math.Max(_peak, Kilobytes("VmHWM") / 1000);

    /// <summary>The memory that is resident now, in MB.</summary>
    public double ResidentMegabytes => Kilobytes("VmRSS") / 1000;

    /// <summary>That part of it that is no page of a file, in MB.</summary>
    public double OwnMegabytes => Kilobytes("RssAnon") / 1000;

    /// <summary>Seconds of CPU until now.</summary>
    public double CpuSeconds => _process.TotalProcessorTime.TotalSeconds;

    /// <summary>Its output, errors included.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>Waits until it ends well.</summary>
    /// <returns>The seconds that it took.</returns>
    public async Task<double> Ended(CancellationToken cancel)
    {
        await _process.WaitForExitAsync(cancel);
        var took = (_process.ExitTime - _started).TotalSeconds;
        await _watch;
        return _process.ExitCode == 0 ? took : throw new InvalidOperationException($"{_name} ended with {_process.ExitCode}:\n{Output}");
    }

    /// <summary>Waits for something that it does.</summary>
    public async Task Until(string what, Func<Task<bool>> condition, CancellationToken cancel)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (_process.HasExited) throw new InvalidOperationException($"{_name} ended before {what}:\n{Output}");
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromMinutes(5)) throw new TimeoutException($"{_name}: not for five minutes: {what}\n{Output}");
            await Task.Delay(1, cancel);
        }
    }

    /// <summary>Kills it. May be repeated.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _watch;
        _process.Dispose();
    }

    // The kernel keeps the peak itself, but only as long as the process lives.
    async Task Watch()
    {
        while (!_process.HasExited)
        {
            _peak = Math.Max(_peak, Kilobytes("VmHWM") / 1000);
            await Task.Delay(SamplePeriod);
        }
    }

    double Kilobytes(string field)
    {
        try
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status").FirstOrDefault(l => l.StartsWith(field + ":", StringComparison.Ordinal));
            return line is null ? 0 : double.Parse(line[(field.Length + 1)..^2], CultureInfo.InvariantCulture) * 1.024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    void Keep(string? line)
    {
        if (line is not null) _lines.Enqueue(line);
    }
}
