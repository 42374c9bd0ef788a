using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Cli;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Member.Tls;

namespace Druid.EndToEndTests;

/// <summary>
/// A real node with Druid on it as a user installs it, by <c>hack/up</c>: one for all tests, which stay apart by namespaces
/// of their own.
/// </summary>
public sealed class Installation : IAsyncLifetime
{
    /// <summary>Where the operator runs.</summary>
    public const string OperatorNamespace = "druid-system";

    /// <summary>The secret of a Local store.</summary>
    public const string Store = "store";

    // hack/test brings the node up and says its name; whoever runs the tests without it gets one of the same name.
    static readonly string KubeName = Environment.GetEnvironmentVariable("DRUID_KUBE_NAME") is { Length: > 0 } name ? name : "e2e";

    readonly List<ObjectKey> created = [];
    readonly Report report = new();
    string kubeconfig = "";
    OperatorLogs logs = null!;

    /// <summary>The API server, as an administrator.</summary>
    public KubernetesClient Client { get; private set; } = null!;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        kubeconfig = Environment.GetEnvironmentVariable("KUBECONFIG") ?? "";
        if (string.IsNullOrEmpty(kubeconfig) || string.IsNullOrEmpty(Environment.GetEnvironmentVariable("DRUID_KUBE_NAME")))
        {
            var output = await Hack("up", "--operator-only", "--name", KubeName);
            kubeconfig = output.Split('\n').Last(line => line.StartsWith("KUBECONFIG=", StringComparison.Ordinal))["KUBECONFIG=".Length..].Trim();
        }
        Client = new KubernetesClient(ClusterConfiguration.FromKubeconfig(kubeconfig));
        logs = new OperatorLogs(Client);
    }

    /// <inheritdoc />
    public Task DisposeAsync()
    {
        Client.Dispose();
        report.Save(Path.Combine(Root, "artifacts", "e2e"));
        return Task.CompletedTask;
    }

    /// <summary>Creates an Etcd in a namespace of its own.</summary>
    public async Task<ObjectKey> Create(int replicas, Func<EtcdSpec, EtcdSpec>? with = null)
    {
        var ns = await Client.Create(new Namespace { Metadata = new() { Name = $"e2e-{Guid.NewGuid():N}"[..16] } });
        var spec = new EtcdSpec
        {
            Replicas = replicas,
            StorageCapacity = Quantity.Parse("1Gi"),
            Labels = new Dictionary<string, string> { ["app"] = "e2e" },
        };
        var etcd = new Etcd { Metadata = new() { Name = "e", Namespace = ns.Metadata.Name }, Spec = with?.Invoke(spec) ?? spec };
        await Client.Create(etcd);
        created.Add(etcd.Key);
        return etcd.Key;
    }

    /// <summary>
    /// Deletes what the test before created, so that the next one has the node for itself, and compares all that the operator
    /// did with what the model allows.
    /// </summary>
    public async Task CleanUp()
    {
        // One that will not go is the failure of its own test, not of those that follow.
        var mine = created.ToList();
        created.Clear();
        foreach (var key in mine)
        {
            await Client.Delete<Etcd>(key);
        }
        foreach (var key in mine)
        {
            await UntilGone(key);
            await Client.Delete<Namespace>(ObjectKey.ClusterWide(key.Namespace));
        }
        await KeepOperatorLogs();
        logs.VerifySteps();
    }

    /// <summary>Creates an Etcd and waits until all its members serve.</summary>
    public async Task<ObjectKey> CreateReady(int replicas, Func<EtcdSpec, EtcdSpec>? with = null)
    {
        var key = await Create(replicas, with);
        await UntilReady(key, replicas);
        return key;
    }

    /// <summary>Changes an Etcd's spec.</summary>
    public Task<Etcd> Change(ObjectKey key, JsonObject spec) => Client.Patch<Etcd>(key, PatchKind.Merge, new JsonObject { ["spec"] = spec });

    /// <summary>Waits until the Etcd is as declared: observed, in its resting state, all members participating.</summary>
    public Task<Etcd> UntilReady(ObjectKey key, int replicas, TimeSpan? within = null) => Until(
        key, $"ready with {replicas} members", etcd => IsReady(etcd, replicas), within ?? TimeSpan.FromMinutes(4));

    /// <summary>Waits until a deletion that was asked for is done.</summary>
    public Task UntilGone(ObjectKey key) => Eventually(
        $"the Etcd {key} is gone", async () => await Client.TryGet<Etcd>(key) is { } etcd ? (null, Describe(etcd)) : ("gone", ""), TimeSpan.FromMinutes(2), () => Scene.Of(Client, key.Namespace));

    /// <summary>Waits until a region of the machine is in a state.</summary>
    public Task<Etcd> UntilState(ObjectKey key, string region, string state, TimeSpan? within = null) => Until(
        key, $"{state} in {region}", etcd => StateOf(etcd, region) == state, within ?? TimeSpan.FromMinutes(2));

    /// <summary>Waits until the Etcd is as a test wants it; in vain, the error shows what its pods said last.</summary>
    /// <param name="key">The Etcd.</param>
    /// <param name="how">What it is to be, as in "the Etcd is …".</param>
    /// <param name="holds">Whether it is.</param>
    /// <param name="within">How long.</param>
    public Task<Etcd> Until(ObjectKey key, string how, Func<Etcd, bool> holds, TimeSpan within) => Eventually(
        $"Etcd {key} is {how}", async () =>
        {
            var etcd = await Client.Get<Etcd>(key);
            return (holds(etcd) ? etcd : null, Describe(etcd));
        }, within, () => Scene.Of(Client, key.Namespace));

    /// <summary>Starts clients that write and read until they are told to stop.</summary>
    /// <param name="key">The Etcd.</param>
    /// <param name="tls">How they reach it if it is encrypted.</param>
    internal async Task<Workload> StartWorkload(ObjectKey key, ClientTls? tls = null) =>
        Workload.Start(new() { Endpoints = [await ClientUrl(key, tls is null ? "http" : "https")], Tls = tls }, report);

    /// <summary>Where clients reach the cluster.</summary>
    public async Task<Uri> ClientUrl(ObjectKey key, string scheme = "http")
    {
        var service = await Client.Get<Service>(key with { Name = "e-client" });
        return new($"{scheme}://{service.Spec!.ClusterIP}:2379");
    }

    /// <summary>Kills a pod without grace.</summary>
    public Task Kill(ObjectKey pod) => Client.Delete<Pod>(pod, new() { GracePeriodSeconds = 0 });

    /// <summary>Kills the etcd processes of pods, all at once.</summary>
    public async Task KillEtcd(IEnumerable<ObjectKey> pods)
    {
        var ids = await Task.WhenAll(pods.Select(async pod => (await Client.Get<Pod>(pod)).Metadata.Uid));
        var killed = await OnNode("sh", "-c", $"for process in $(pgrep -x etcd); do if grep -qE '{string.Join('|', ids)}' /proc/$process/cgroup; then victims=\"$victims $process\"; fi; done; kill -9 $victims; echo $victims");
        Assert.Equal(ids.Length, killed.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Length);
    }

    /// <summary>Kills a pod of the operator without grace; its log is read before.</summary>
    public async Task KillOperator(Pod pod)
    {
        await KeepOperatorLogs();
        await Kill(pod.Key);
    }

    /// <summary>Reads the operator's logs, before pods of it go.</summary>
    public async Task KeepOperatorLogs() => await logs.Keep(await OperatorPods());

    /// <summary>Kills a pod without grace and waits until another of its name is ready.</summary>
    public async Task Replace(ObjectKey pod)
    {
        var before = await Client.Get<Pod>(pod);
        await Kill(pod);
        await Eventually($"another pod {pod} is ready", async () =>
        {
            var now = await Client.TryGet<Pod>(pod);
            var isAnother = now is { IsBeingDeleted: false } && now.Metadata.Uid != before.Metadata.Uid;
            return (isAnother && now!.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true ? now : null,
                now is null ? "none" : isAnother ? $"another, {now.Status?.Phase}" : "still the same");
        }, TimeSpan.FromMinutes(3), () => Scene.Of(Client, pod.Namespace));
    }

    /// <summary>Creates the secret <see cref="Store"/>, which says where on the node Local stores of an Etcd are.</summary>
    public Task CreateStore(ObjectKey etcd) => Client.Create(new Secret
    {
        Metadata = new() { Name = Store, Namespace = etcd.Namespace },
        Data = new Dictionary<string, byte[]> { ["hostPath"] = "/tmp/buckets"u8.ToArray() },
    });

    /// <summary>Where the node keeps a member's volume.</summary>
    public async Task<string> Volume(ObjectKey key, int ordinal)
    {
        var claim = await Client.Get<PersistentVolumeClaim>(key with { Name = $"{key.Name}-{key.Name}-{ordinal}" });
        var volume = JsonNode.Parse(await Client.GetRaw($"/api/v1/persistentvolumes/{claim.Spec!.VolumeName}"))!;
        return volume["spec"]!["hostPath"]!["path"]!.GetValue<string>();
    }

    /// <summary>Where the node keeps a member's database.</summary>
    public async Task<string> Database(ObjectKey key, int ordinal) => (await OnNode("find", await Volume(key, ordinal), "-name", "db")).Trim();

    /// <summary>Runs a command on the node and returns what it printed.</summary>
    public static Task<string> OnNode(params string[] command) => Hack("kube", ["exec", "--name", KubeName, "--", .. command]);

    /// <summary>Runs <c>druid</c> as a user does and returns what it printed; it must end well.</summary>
    public async Task<string> Cli(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CommandLine.Run([.. arguments, "--kubeconfig", kubeconfig], output, errors, CancellationToken.None);
        Assert.True(code == 0, $"druid {string.Join(' ', arguments)} ended with {code}:\n{output}{errors}");
        return output.ToString();
    }

    /// <summary>Kills a daemon of the node and leaves it dead.</summary>
    public static Task KillDaemon(string daemon) => Hack("kube", "kill", daemon, "--name", KubeName);

    /// <summary>Starts a daemon of the node again.</summary>
    public static Task RestartDaemon(string daemon) => Hack("kube", "restart", daemon, "--name", KubeName);

    /// <summary>The operator's pods.</summary>
    public async Task<IReadOnlyList<Pod>> OperatorPods() =>
        [.. (await Client.ListPage<Pod>(OperatorNamespace, new() { LabelSelector = "app.kubernetes.io/name=druid" })).Items.Where(p => !p.IsBeingDeleted)];

    /// <summary>Waits until there is something to return.</summary>
    /// <param name="what">What is waited for.</param>
    /// <param name="look">Returns it, or null and how far it is.</param>
    /// <param name="within">How long.</param>
    /// <param name="scene">Describes what else there is to know when it was in vain.</param>
    public static async Task<T> Eventually<T>(string what, Func<Task<(T? Found, string State)>> look, TimeSpan within, Func<Task<string>>? scene = null) where T : class
    {
        var started = Stopwatch.GetTimestamp();
        var last = "";
        while (true)
        {
            try
            {
                var (found, state) = await look();
                if (found is not null)
                {
                    return found;
                }
                last = state;
            }
            catch (KubernetesException error)
            {
                last = error.Message;
            }
            if (Stopwatch.GetElapsedTime(started) > within)
            {
                Assert.Fail($"Waited {within.TotalSeconds:0} s in vain: {what}. Last seen: {last}{(scene is null ? "" : "\n" + await scene())}");
            }
            await Task.Delay(200);
        }
    }

    /// <summary>Runs <c>kubectl</c> as an administrator and returns what it printed.</summary>
    public Task<string> Kubectl(params string[] arguments) => Run("kubectl", ["--kubeconfig", kubeconfig, .. arguments]);

    /// <summary>Runs one of the project's scripts and returns what it printed.</summary>
    public static Task<string> Hack(string script, params string[] arguments) => Run(Path.Combine(Root, "hack", script), arguments);

    static async Task<string> Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Root };
        using var process = Process.Start(start)!;
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(output, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output.ToString() : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed:\n{output}");
    }

    static void Append(StringBuilder output, string? line)
    {
        if (line is not null)
        {
            lock (output)
            {
                output.Append(line).Append('\n');
            }
        }
    }

    static bool IsReady(Etcd etcd, int replicas) =>
        etcd.Status.ObservedGeneration == etcd.Metadata.Generation
        && StateOf(etcd, "lifecycle") == (replicas == 0 ? "Hibernated" : "Ready")
        && (replicas == 0 || (StateOf(etcd, "serving") == "Quorate" && etcd.Status.Members.Count == replicas && etcd.Status.ReadyReplicas == replicas));

    static string? StateOf(Etcd etcd, string region) => etcd.Status.Lifecycle?.Regions.FirstOrDefault(r => r.Name == region)?.State;

    static string Describe(Etcd etcd) =>
        $"{string.Join(", ", (etcd.Status.Lifecycle?.Regions ?? []).Select(r => $"{r.Name}={r.State}{(r.WaitingFor is null ? "" : $" (waits for {r.WaitingFor})")}"))}; "
        + $"generation {etcd.Metadata.Generation}, observed {etcd.Status.ObservedGeneration}; {etcd.Status.Members.Count} members, {etcd.Status.ReadyReplicas} ready; "
        + string.Join("; ", etcd.Status.LastErrors.Select(e => e.Description));

    static string Root { get; } = Ascend(AppContext.BaseDirectory);

    static string Ascend(string directory) => File.Exists(Path.Combine(directory, "Druid.slnx")) ? directory : Ascend(Path.GetDirectoryName(directory)!);
}

/// <summary>All tests share the one node and run one after the other.</summary>
[CollectionDefinition(nameof(Installation))]
public sealed class InstallationCollection : ICollectionFixture<Installation>;
