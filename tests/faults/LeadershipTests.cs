using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Druid.Api;
using Druid.EnvtestTests;
using Druid.FaultTests.Proxy;
using Druid.FaultTests.World;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Testing;

namespace Druid.FaultTests;

/// <summary>Two operators, of which the leader freezes in the middle of its work and wakes up when the other one leads.</summary>
[Collection(InTheLab.Name)]
public sealed class LeadershipTests(Lab lab)
{
    [Fact]
    public Task A_leader_that_was_stopped_and_wakes_up_writes_nothing_more() => Freeze(rounds: 2, Stop);

    [Fact]
    public Task A_leader_that_was_cut_off_and_comes_back_writes_nothing_more() => Freeze(rounds: 1, CutOff);

    [Fact, Trait("Matrix", "Full")]
    public Task A_leader_that_was_stopped_thirty_times_never_writes_when_it_wakes_up() => Freeze(rounds: 30, Stop);

    static Action Stop(Candidate leader)
    {
        leader.Signal(Signals.Stop);
        return () => leader.Signal(Signals.Continue);
    }

    static Action CutOff(Candidate leader)
    {
        leader.Proxy.Freeze();
        return leader.Proxy.Thaw;
    }

    async Task Freeze(int rounds, Func<Candidate, Action> freeze)
    {
        var random = new Random();
        var ns = await lab.Plane.NewNamespace("lead");
        using var busy = new CancellationTokenSource();
        var leader = await Candidate.Start(lab, ns);
        var (late, writes) = (0, 0);
        Task working = Task.CompletedTask;
        try
        {
            await ControlPlane.Eventually("the first candidate leads", async () => (await Holder(ns)).Length > 0);
            await lab.Client.Create(new Etcd
            {
                Metadata = new() { Name = "e", Namespace = ns },
                Spec = new() { Replicas = 1, Labels = new Dictionary<string, string> { ["app"] = "test" }, Backup = new() { Port = lab.Kubelets.AgentPort } },
            });
            working = KeepBusy(new(ns, "e"), busy.Token);
            for (var round = 0; round < rounds; round++)
            {
                await using var old = leader;
                leader = await Candidate.Start(lab, ns);
                var holder = await Holder(ns);
                await Task.Delay(random.Next(500, 1500)); // The random moment; there is nothing to wait for.
                var wake = freeze(old);
                await ControlPlane.Eventually("the other one leads", async () => await Holder(ns) is { Length: > 0 } now && now != holder);
                var taken = leader.Proxy.Landed.First(l => l.Call.IsElection).At;
                wake();
                await old.UntilGone();
                late += old.Proxy.Landed.Count(l => l.At > taken);
                writes += old.Proxy.Landed.Count;
            }
        }
        finally
        {
            await busy.CancelAsync();
            await working.ContinueWith(_ => { }, TaskScheduler.Default);
            await leader.DisposeAsync();
        }
        lab.Report.Note(string.Create(CultureInfo.InvariantCulture,
            $"Leaders frozen ({freeze.Method.Name}) and woken up: {rounds}, of whose {writes} writes {late} landed after the other one led."));
        Assert.True(writes > rounds * 5, $"Only {writes} writes in {rounds} rounds: the leaders were not at work.");
        Assert.Equal(0, late);
    }

    async Task<string> Holder(string ns) => (await lab.Client.TryGet<Lease>(new(ns, "druid-leader-election")))?.Spec?.HolderIdentity ?? "";

    // There is always something to write: the leader is frozen in the middle of it.
    async Task KeepBusy(ObjectKey key, CancellationToken cancel)
    {
        for (var i = 0; !cancel.IsCancellationRequested; i++)
        {
            var service = new JsonObject { ["annotations"] = new JsonObject { ["turn"] = $"{i}" } };
            var change = new JsonObject { ["spec"] = new JsonObject { ["etcd"] = new JsonObject { ["clientService"] = service } } };
            await lab.Client.Patch<Etcd>(key, PatchKind.Merge, change, cancel: cancel);
            await Task.Delay(30, cancel);
        }
    }

    /// <summary>The program, behind a proxy of its own.</summary>
    sealed class Candidate : IAsyncDisposable
    {
        readonly Process _process;

        Candidate(FaultProxy proxy, Process process) => (Proxy, _process) = (proxy, process);

        public FaultProxy Proxy { get; }

        public static async Task<Candidate> Start(Lab lab, string ns)
        {
            var proxy = await FaultProxy.Start(lab.Upstream, ns);
            var directory = Directory.CreateTempSubdirectory("druid-faults-").FullName;
            var kubeconfig = Path.Combine(directory, "kubeconfig");
            await File.WriteAllTextAsync(kubeconfig, $$$"""
                {"apiVersion":"v1","kind":"Config","current-context":"c","clusters":[{"name":"c","cluster":{"server":"{{{proxy.Configuration.Server}}}"}}],
                 "users":[{"name":"u","user":{}}],"contexts":[{"name":"c","context":{"cluster":"c","user":"u","namespace":"{{{ns}}}"}}]}
                """);
            var configuration = Path.Combine(directory, "config.yaml");
            await File.WriteAllTextAsync(configuration, $$"""
                leaderElection: { leaseDuration: 10s, renewDeadline: 8s, retryPeriod: 500ms }
                clientConnection: { qps: 0 }
                server: { metrics: { bindAddress: 127.0.0.1, port: {{FreePorts.Next()}} } }
                controllers: { etcd: { enableEtcdSpecAutoReconcile: true } }
                """);
            var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "druid-operator"),
                ["run", "--config", configuration, "--kubeconfig", kubeconfig, "--member-image", "docker.io/druid/member:test", "--shell-image", "docker.io/druid/busybox:test"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            var process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            var candidate = new Candidate(proxy, process);
            await ControlPlane.Eventually("the candidate watches", () => Task.FromResult(proxy.Quiet > TimeSpan.FromMilliseconds(10) && proxy.IsWatched));
            return candidate;
        }

        public void Signal(int signal) => Assert.Equal(0, Signals.Send(_process.Id, signal));

        /// <summary>One that has lost leadership ends, to start anew without old ideas.</summary>
        public async Task UntilGone()
        {
            using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            await _process.WaitForExitAsync(late.Token);
        }

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited) _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
            await Proxy.DisposeAsync();
        }
    }

    static class Signals
    {
        public const int Stop = 19;

        public const int Continue = 18;

        public static int Send(int process, int signal) => Kill(process, signal);

        [DllImport("libc", EntryPoint = "kill"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        static extern int Kill(int process, int signal);
    }
}
