using System.Globalization;
using Druid.Member.Etcd;
using Druid.Testing;

namespace Druid.MemberBench;

/// <summary>A directory, processes in it, and the figures that come of them.</summary>
sealed class Workbench : IAsyncDisposable
{
    // As in the container's image.
    static readonly Dictionary<string, string> Image = new() { ["DOTNET_EnableDiagnostics"] = "0", ["DOTNET_EnableWriteXorExecute"] = "0", ["MALLOC_ARENA_MAX"] = "1" };

    readonly string _agent;
    readonly List<Figure> _figures;
    readonly List<Observed> _running = [];

    /// <param name="agent">The published agent.</param>
    /// <param name="figures">Takes what is measured.</param>
    public Workbench(string agent, List<Figure> figures)
    {
        (_agent, _figures) = (agent, figures);
        // Not below /tmp, which may be memory.
        Root = Directory.CreateDirectory(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "druid", "bench", Path.GetRandomFileName())).FullName;
    }

    /// <summary>The published agent.</summary>
    public string AgentFile => _agent;

    /// <summary>Its directory; removed with it.</summary>
    public string Root { get; }

    /// <summary>A path in its directory.</summary>
    public string At(string name) => Path.Combine(Root, name);

    /// <summary>Starts the agent, as its container would.</summary>
    public Observed Agent(IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        var all = new Dictionary<string, string>(Image) { ["HOME"] = Root };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) all[name] = value;
        return Kept(new Observed(_agent, arguments, all));
    }

    /// <summary>Starts any program.</summary>
    public Observed Program(string name, params string[] arguments) => Kept(new Observed(name, arguments, new Dictionary<string, string> { ["ETCDCTL_API"] = "3" }));

    /// <summary>Starts a stock etcd on a directory.</summary>
    public async Task<(Observed Process, Uri Url, EtcdClient Client)> Etcd(string name, CancellationToken cancel)
    {
        var (client, peer) = (Url(), Url());
        var process = Program("etcd", "--name=default", $"--data-dir={At(name)}", $"--listen-client-urls={Text(client)}", $"--advertise-client-urls={Text(client)}",
            $"--listen-peer-urls={Text(peer)}", $"--initial-advertise-peer-urls={Text(peer)}", $"--initial-cluster=default={Text(peer)}", "--quota-backend-bytes=8589934592", "--max-request-bytes=4194304",
            "--logger=zap", "--log-level=error");
        var api = new EtcdClient(new() { Endpoints = [client], CallTimeout = TimeSpan.FromMinutes(1) });
        await process.Until("etcd serves", async () => await Try(async () => (await api.Status(cancel)).Leader != 0), cancel);
        return (process, client, api);
    }

    /// <summary>Notes a figure.</summary>
    public void Note(Figure figure)
    {
        _figures.Add(figure);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"   {figure.Key}: {figure.Value:0.###} {figure.Unit}"));
    }

    /// <summary>A URL whose port is free now.</summary>
    public static Uri Url() => new UriBuilder("http", "127.0.0.1", FreePorts.Next()).Uri;

    /// <summary>The URL without the slash at its end.</summary>
    public static string Text(Uri url) => url.GetLeftPart(UriPartial.Authority);

    /// <summary>False also when nobody answers.</summary>
    public static async Task<bool> Try(Func<Task<bool>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception failure) when (failure is EtcdException or HttpRequestException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_running)) await process.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }

    Observed Kept(Observed process)
    {
        _running.Add(process);
        return process;
    }
}
