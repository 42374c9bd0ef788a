using System.Globalization;
using System.Net;
using Druid.Member.Etcd;
using Druid.Testing;

namespace Druid.MemberTests.Harness;

/// <summary>A member's pod: both agents, a volume and ports of the loopback interface.</summary>
sealed class Pod : IDisposable
{
    readonly Cluster _cluster;
    readonly int[] _ports = FreePorts.Next(4);

    public Pod(Cluster cluster, int ordinal)
    {
        (_cluster, Ordinal) = (cluster, ordinal);
        Volume = Directory.CreateDirectory(Path.Combine(cluster.Root, $"volume-{ordinal}")).FullName;
    }

    public int Ordinal { get; }

    public string Name => $"e-{Ordinal}";

    public string Volume { get; private set; }

    public string DataDirectory => Path.Combine(Volume, "new.etcd");

    public string ExitMarker => Path.Combine(Volume, "exit_code");

    public Uri ClientUrl => Url(_cluster.Security is null ? "http" : "https", _ports[0]);

    public Uri PeerUrl => Url(_cluster.PeerTls ? "https" : "http", _ports[1]);

    /// <summary>Where the agent beside etcd answers.</summary>
    public Uri SidecarUrl => Url(_cluster.Security is null ? "http" : "https", _ports[2]);

    public Agent? Sidecar { get; private set; }

    public Agent? Wrapper { get; private set; }

    string ConfigFile => Path.Combine(_cluster.Root, $"config-{Ordinal}.yaml");

    /// <summary>Writes the configuration as the cluster is now, and starts both agents.</summary>
    public void Start()
    {
        StartSidecar();
        StartWrapper();
    }

    public void StartSidecar(params string[] more)
    {
        Sidecar?.Dispose();
        Configure();
        var environment = new Dictionary<string, string> { ["POD_NAME"] = Name, ["POD_NAMESPACE"] = "shop", ["ETCD_CONF"] = ConfigFile };
        if (_cluster.BackupFlags.Length > 0) environment["HOME"] = _cluster.Root;
        if (_cluster.Leases is { } leases) environment["KUBECONFIG"] = leases.Kubeconfig;
        Sidecar = new Agent(environment,
        [
            "server", Flag("server-port", _ports[2]), $"--endpoints={ClientUrl}", "--log-format=text", "--reelection-period=500ms",
            .. _cluster.Leases is null ? Array.Empty<string>() : ["--enable-member-lease-renewal=true", "--k8s-heartbeat-duration=500ms"],
            .. _cluster.Security?.SidecarFlags ?? [],
            .. _cluster.BackupFlags.Length == 0 ? Array.Empty<string>() : [.. _cluster.BackupFlags, $"--restoration-temp-snapshots-dir={Volume}/restoration.temp", $"--snapstore-temp-directory={Volume}/temp"],
            .. more,
        ]);
    }

    public void StartWrapper(params string[] more)
    {
        Wrapper?.Dispose();
        Wrapper = new Agent(new Dictionary<string, string>(),
        [
            "start-etcd", $"--backup-restore-host-port=localhost:{_ports[2]}", "--etcd-server-name=localhost", Flag("etcd-client-port", _ports[0]), Flag("etcd-wrapper-port", _ports[3]),
            $"--exit-code-path={ExitMarker}", $"--etcd-config-path={Path.Combine(_cluster.Root, $"etcd-{Ordinal}.yaml")}", "--log-format=text",
            .. _cluster.Security?.WrapperFlags ?? [],
            .. more,
        ]);
    }

    /// <summary>Writes the mounted configuration as the operator would.</summary>
    public void Configure() => File.WriteAllText(ConfigFile, _cluster.Configuration(this));

    public Task UntilReady() => Eventually.Is($"{Name} is ready", IsReady, () => Log);

    public async Task<bool> IsReady() => await AskWrapper("GET", "/readyz") == HttpStatusCode.OK;

    public async Task Stop()
    {
        Assert.Equal(HttpStatusCode.OK, await AskWrapper("POST", "/stop"));
        await Wrapper!.Exit();
    }

    /// <summary>Asks the sidecar.</summary>
    public async Task<(HttpStatusCode Status, string Body)> Ask(string path, string method = "GET")
    {
        using var client = _cluster.HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), SidecarUrl + path.TrimStart('/'));
        using var response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public EtcdClient Client() => _cluster.Client(ClientUrl);

    /// <summary>Loses the volume and gets an empty one.</summary>
    public void LoseVolume()
    {
        Directory.Delete(Volume, recursive: true);
        Directory.CreateDirectory(Volume);
    }

    /// <summary>Ends both agents at once, as when the pod is deleted without grace.</summary>
    public void Kill()
    {
        Wrapper?.Kill();
        Sidecar?.Kill();
    }

    public void Dispose()
    {
        Wrapper?.Dispose();
        Sidecar?.Dispose();
    }

    public string Log => $"--- sidecar of {Name}\n{Sidecar?.Log}\n--- wrapper of {Name}\n{Wrapper?.Log}";

    async Task<HttpStatusCode?> AskWrapper(string method, string path)
    {
        try
        {
            using var client = _cluster.HttpClient();
            using var request = new HttpRequestMessage(new HttpMethod(method), Url(_cluster.Security is null ? "http" : "https", _ports[3]) + path.TrimStart('/'));
            using var response = await client.SendAsync(request);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    static string Flag(string name, int port) => string.Create(CultureInfo.InvariantCulture, $"--{name}={port}");

    static Uri Url(string scheme, int port) => new UriBuilder(scheme, "localhost", port).Uri;
}
