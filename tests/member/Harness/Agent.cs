using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Druid.MemberTests.Harness;

/// <summary>A running druid-member, as its container would run it.</summary>
sealed class Agent : IDisposable
{
    readonly Process _process;
    readonly ConcurrentQueue<string> _lines = new();

    public Agent(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "druid-member");

    public string Log => string.Join('\n', _lines);

    /// <summary>The exit code, once it has ended.</summary>
    public async Task<int> Exit()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>The processes that it started.</summary>
    public IReadOnlyList<int> Children =>
    [
        .. from directory in Directory.EnumerateDirectories("/proc")
           let id = int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0
           where id > 0 && ParentOf(id) == _process.Id
           select id,
    ];

    public void Terminate() => Signal("TERM");

    public void Interrupt() => Signal("INT");

    public void Kill()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Kills it, and with it the etcd on its leash.</summary>
    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    public static bool IsAlive(int process) => Directory.Exists($"/proc/{process}") && State(process) is not ('Z' or 'X');

    void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    void Keep(string? line)
    {
        if (line is not null) _lines.Enqueue(line);
    }

    static int ParentOf(int process) => Stat(process) is [_, var parent, ..] ? int.Parse(parent, CultureInfo.InvariantCulture) : 0;

    static char State(int process) => Stat(process) is [[var state, ..], ..] ? state : 'X';

    // The fields after the command, which is in parentheses and may contain anything.
    static string[] Stat(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }
}
