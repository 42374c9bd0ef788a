using System.Diagnostics;
using System.Text;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.EnvtestTests;

/// <summary>
/// A real etcd, kube-apiserver and kube-controller-manager, without nodes. <see cref="Shared"/> is started once for all tests of
/// the assembly, which stay apart by namespaces of their own; a test that stops or kills something starts its own.
/// </summary>
public sealed class ControlPlane : IAsyncDisposable
{
    static readonly Lazy<Task<ControlPlane>> TheOnlyOne = new(StartShared);

    readonly string _name;
    readonly List<KubernetesClient> _clients = [];

    ControlPlane(string name, string kubeconfig)
    {
        _name = name;
        Kubeconfig = kubeconfig;
        Configuration = ClusterConfiguration.FromKubeconfig(kubeconfig);
        Client = NewClient();
    }

    /// <summary>The one for all tests that do it no harm.</summary>
    public static Task<ControlPlane> Shared => TheOnlyOne.Value;

    /// <summary>The file by which kubectl and others reach it.</summary>
    public string Kubeconfig { get; }

    /// <summary>How clients reach it, as an administrator.</summary>
    public ClusterConfiguration Configuration { get; }

    /// <summary>Where its etcd listens, in plain HTTP.</summary>
    public Uri Etcd
    {
        get
        {
            var network = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(Kubeconfig)!, "config", "network"));
            return new($"http://127.0.0.1:{network.Single(line => line.StartsWith("ETCD_PORT=", StringComparison.Ordinal))["ETCD_PORT=".Length..]}");
        }
    }

    /// <summary>A client with usual options.</summary>
    public KubernetesClient Client { get; }

    /// <summary>Starts one for a single test; a few seconds.</summary>
    /// <param name="purpose">A word for its name, unique among the tests.</param>
    public static async Task<ControlPlane> Start(string purpose)
    {
        var name = $"envtest-{Environment.ProcessId}-{purpose}";
        var output = await Hack("up", "--control-plane-only", "--name", name, "--owner-pid", $"{Environment.ProcessId}");
        var kubeconfig = output.Split('\n').Last(line => line.StartsWith("KUBECONFIG=", StringComparison.Ordinal))["KUBECONFIG=".Length..];
        return new(name, kubeconfig);
    }

    /// <summary>Another client, disposed with the control plane.</summary>
    public KubernetesClient NewClient(ClientOptions? options = null)
    {
        var client = new KubernetesClient(Configuration, options);
        lock (_clients) _clients.Add(client);
        return client;
    }

    /// <summary>Creates a namespace that no other test has.</summary>
    public async Task<string> NewNamespace(string prefix = "test")
    {
        var created = await Client.Create(new Namespace { Metadata = new() { Name = $"{prefix}-{Guid.NewGuid():N}"[..Math.Min(prefix.Length + 13, 63)] } });
        return created.Metadata.Name;
    }

    /// <summary>Creates a storage class of its own, and a volume of 16 GiB for one member; no node is needed to bind it.</summary>
    /// <param name="grows">Whether volumes of the class can be expanded.</param>
    public async Task<string> NewStorageClass(bool grows)
    {
        var name = $"class-{Guid.NewGuid():N}"[..20];
        await Client.Create(new StorageClass { Metadata = new() { Name = name }, Provisioner = "example.com/none", AllowVolumeExpansion = grows, VolumeBindingMode = "Immediate" });
        await Client.Create(new PersistentVolume
        {
            Metadata = new() { Name = $"{name}-0" },
            Spec = new()
            {
                Capacity = new Dictionary<string, Quantity> { ["storage"] = Quantity.Parse("16Gi") },
                AccessModes = ["ReadWriteOnce"],
                StorageClassName = name,
                PersistentVolumeReclaimPolicy = "Retain",
                HostPath = new() { Path = $"/srv/{name}" },
            },
        });
        return name;
    }

    /// <summary>Kills a daemon, as <c>apiserver</c>; it stays dead.</summary>
    public Task Kill(string daemon) => Hack("kill", daemon, "--name", _name);

    /// <summary>Starts a daemon again, on its old address.</summary>
    public Task Restart(string daemon) => Hack("restart", daemon, "--name", _name);

    /// <summary>Waits until something holds.</summary>
    /// <param name="what">What is waited for, for the message of the failure.</param>
    /// <param name="holds">Whether it holds; errors of the API count as not yet.</param>
    /// <param name="within">How long; a minute unless given.</param>
    public static Task Eventually(string what, Func<Task<bool>> holds, TimeSpan? within = null) =>
        Eventually(what, async () => await holds() ? what : null, within);

    /// <summary>Waits until there is something to return.</summary>
    /// <param name="what">What is waited for, for the message of the failure.</param>
    /// <param name="find">Returns it, or null for not yet; errors of the API count as not yet.</param>
    /// <param name="within">How long; a minute unless given.</param>
    /// <param name="seen">Describes what was there when it was in vain.</param>
    public static async Task<T> Eventually<T>(string what, Func<Task<T?>> find, TimeSpan? within = null, Func<string>? seen = null) where T : class
    {
        var limit = within ?? TimeSpan.FromMinutes(1);
        var started = Stopwatch.GetTimestamp();
        Exception? last = null;
        while (true)
        {
            try
            {
                if (await find() is { } found) return found;
                last = null;
            }
            catch (KubernetesException e)
            {
                last = e;
            }
            if (Stopwatch.GetElapsedTime(started) > limit)
                Assert.Fail($"Waited {limit.TotalSeconds:0} s in vain: {what}. {last?.Message}{seen?.Invoke()}");
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    /// <summary>Ends it and whatever is its.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_clients) _clients.ForEach(client => client.Dispose());
        await Hack("down", "--name", _name);
    }

    static async Task<ControlPlane> StartShared()
    {
        var shared = await Start("shared");
        // Test frameworks have no end of an assembly that waits; so the end of this process leaves the clearing to another.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Process.Start(HackCommand("down", "--name", shared._name))?.Dispose();
        return shared;
    }

    static async Task<string> Hack(params string[] arguments)
    {
        using var process = Process.Start(HackCommand(arguments))!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"hack/kube {string.Join(' ', arguments)} failed:\n{await errors}{output}");
        return output;
    }

    static ProcessStartInfo HackCommand(params string[] arguments) =>
        new(Path.Combine(Repository(), "hack", "kube"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };

    static string Repository()
    {
        for (var directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (File.Exists(Path.Combine(directory, "Druid.slnx"))) return directory;
        }
        throw new InvalidOperationException($"No Druid.slnx above {AppContext.BaseDirectory}: run the tests from a checkout.");
    }
}
