using System.Globalization;
using System.Net;

namespace Druid.MemberBench.Scenarios;

/// <summary>Both agents of a member with their etcd, with backups into a directory.</summary>
sealed class Pod : IDisposable
{
    readonly Workbench _bench;
    readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(10) };
    readonly Uri _client = Workbench.Url(), _peer = Workbench.Url(), _sidecar = Workbench.Url(), _wrapper = Workbench.Url();

    public Pod(Workbench bench)
    {
        _bench = bench;
        Directory.CreateDirectory(bench.At("bucket/backups"));
        Directory.CreateDirectory(bench.At("volume"));
        File.WriteAllText(bench.At("config.yaml"), $"""
            advertise-client-urls:
              e-0:
              - {Workbench.Text(_client)}
            data-dir: {bench.At("volume/new.etcd")}
            initial-advertise-peer-urls:
              e-0:
              - {Workbench.Text(_peer)}
            initial-cluster: e-0={Workbench.Text(_peer)}
            initial-cluster-state: new
            initial-cluster-token: etcd-cluster
            listen-client-urls: {Workbench.Text(_client)}
            listen-peer-urls: {Workbench.Text(_peer)}
            name: etcd-config
            quota-backend-bytes: 8589934592
            max-request-bytes: 4194304
            snapshot-count: 10000
            """);
    }

    /// <summary>Where its etcd answers.</summary>
    public Uri Client => _client;

    /// <summary>Starts the agent beside etcd.</summary>
    public Observed Sidecar(params string[] more) => _bench.Agent(new Dictionary<string, string> { ["POD_NAME"] = "e-0", ["POD_NAMESPACE"] = "shop", ["ETCD_CONF"] = _bench.At("config.yaml") },
    [
        "server", Flag("server-port", _sidecar.Port), $"--endpoints={Workbench.Text(_client)}", "--storage-provider=Local", "--store-container=bucket", "--store-prefix=backups", "--schedule=0 0 1 1 *",
        $"--restoration-temp-snapshots-dir={_bench.At("restoration")}", $"--snapstore-temp-directory={_bench.At("temp")}", "--log-format=text", .. more,
    ]);

    /// <summary>Starts the agent around etcd.</summary>
    public Observed Wrapper() => _bench.Agent(null,
        "start-etcd", Flag("backup-restore-host-port=localhost:", _sidecar.Port), "--etcd-server-name=localhost", Flag("etcd-client-port", _client.Port), Flag("etcd-wrapper-port", _wrapper.Port),
        $"--exit-code-path={_bench.At("exit_code")}", $"--etcd-config-path={_bench.At("etcd.yaml")}", "--log-format=text");

    /// <summary>Whether the agent beside etcd answers at all.</summary>
    public Task<bool> SidecarListens() => Workbench.Try(async () => (await Ask(_sidecar, "/initialization/status")).Status != 0);

    /// <summary>Whether etcd serves.</summary>
    public Task<bool> IsReady() => Workbench.Try(async () => (await Ask(_wrapper, "/readyz")).Status == HttpStatusCode.OK);

    /// <summary>Whether a snapshot was taken.</summary>
    public async Task<bool> Take(string kind) => (await Ask(_sidecar, $"/snapshot/{kind}")).Status == HttpStatusCode.OK;

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    async Task<(HttpStatusCode Status, string Body)> Ask(Uri agent, string path)
    {
        using var response = await _http.GetAsync(new Uri(agent, path));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    static string Flag(string name, int value) => string.Create(CultureInfo.InvariantCulture, $"--{name}{(name.EndsWith(':') ? "" : "=")}{value}");
}
