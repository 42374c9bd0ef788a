using System.Diagnostics;
using Druid.EnvtestTests;
using Druid.Kubernetes.Resources;
using Druid.LoadTests.Fleet;
using Druid.LoadTests.Measuring;
using Druid.StateMachine.Replaying;
using Druid.Testing;

namespace Druid.LoadTests.Scenarios;

/// <summary>
/// One control plane, one operator, many clusters, and the scenarios that they go through one after the other. Every scenario
/// waits until the clusters are as declared and returns what that took.
/// </summary>
sealed class Course : IAsyncDisposable
{
    readonly CourseOptions _options;
    readonly ControlPlane _plane;
    readonly Clusters _clusters;
    readonly SimulatedNodes _nodes;
    readonly Timeline _timeline;
    readonly List<string> _logs = [];
    OperatorProcess _operator;

    Course(CourseOptions options, ControlPlane plane, SimulatedNodes nodes, OperatorProcess operatorProcess)
    {
        (_options, _plane, _nodes, _operator) = (options, plane, nodes, operatorProcess);
        _clusters = new(plane.NewClient(), nodes.AgentPort);
        _timeline = new(() => _operator, _clusters, options.Progress);
        _timeline.Start();
        _logs.Add(operatorProcess.Log);
    }

    /// <summary>What was seen every second.</summary>
    public IReadOnlyList<Moment> Moments => _timeline.Moments;

    /// <summary>Starts a control plane with the custom resources and the operator.</summary>
    public static async Task<Course> Start(CourseOptions options, CancellationToken cancel)
    {
        Directory.CreateDirectory(options.Directory);
        var plane = await ControlPlane.Start($"load-{options.Clusters}");
        try
        {
            await Definitions.Apply(options.Executable, plane.Kubeconfig, cancel);
            return new(options, plane, await SimulatedNodes.Start(plane.NewClient()), await OperatorProcess.Start(options.Executable, plane.Kubeconfig, options.Qps, options.Directory, cancel));
        }
        catch
        {
            await plane.DisposeAsync();
            throw;
        }
    }

    /// <summary>All clusters are created at once, as fast as the API server takes them.</summary>
    public Task<Outcome> Create(CancellationToken cancel) => Measure("create", async () =>
    {
        await _clusters.Create(0, _options.Clusters, 16, cancel);
        await Until(() => _clusters.Ready == _options.Clusters, "all clusters are ready", cancel);
    }, () =>
    [
        .. Times("to all components", _clusters.All.Select(c => c.Until(c.Effect))),
        .. Times("to Ready", _clusters.All.Select(c => c.Until(c.Ready))),
    ], cancel);

    /// <summary>Nothing is asked for while the agents renew their leases.</summary>
    public Task<Outcome> Rest(TimeSpan duration, CancellationToken cancel)
    {
        var renewals = _nodes.Renewals;
        return Measure("rest", () => Task.Delay(duration, cancel), () => [new("duration", duration.TotalSeconds, "s"), new("lease renewals", _nodes.Renewals - renewals, "")], cancel);
    }

    /// <summary>Many specs change at once; each rolls three pods.</summary>
    public Task<Outcome> Storm(int changes, CancellationToken cancel)
    {
        changes = Math.Min(changes, _options.Clusters);
        return Measure("storm", async () =>
        {
            await _clusters.Change(0, changes, $"{Stopwatch.GetTimestamp()}", cancel);
            await Until(() => _clusters.All.Where(c => c.Value is not null).All(c => c.Effect != 0) && _clusters.Ready == _options.Clusters, "all changes are rolled out", cancel);
        }, () => [new("changes", changes, ""), .. Times("change to template", Changed().Select(c => c.Until(c.Effect))), .. Times("change to Ready", Changed().Select(c => c.Until(c.Ready)))], cancel);
    }

    /// <summary>The operator's node loses power; another one takes over clusters that need nothing.</summary>
    public Task<Outcome> Restart(CancellationToken cancel)
    {
        var start = TimeSpan.Zero;
        return Measure("restart", async () =>
        {
            await _operator.Kill();
            await _operator.DisposeAsync();
            _operator = await OperatorProcess.Start(_options.Executable, _plane.Kubeconfig, _options.Qps, _options.Directory, cancel);
            _logs.Add(_operator.Log);
            start = _operator.StartTime;
            await Until(async () => (await _operator.Sample(cancel)).Metrics.Sum("druid_reconcile_total") >= _options.Clusters, "every cluster was looked at", cancel);
        }, () => [new("start until caches are filled", start.TotalSeconds, "s")], cancel, fromZero: true);
    }

    /// <summary>A few clusters whose members never come up, changed all the time, beside one more that is created.</summary>
    public async Task<Outcome> NoisyNeighbours(int noisy, int quiet, CancellationToken cancel)
    {
        var first = _options.Clusters;
        var broken = Enumerable.Range(first, noisy).Select(Clusters.Key).ToHashSet();
        _nodes.IsBroken = pod => broken.Contains(pod with { Name = pod.Name[..pod.Name.LastIndexOf('-')] });
        var outcome = await Measure("noise", async () =>
        {
            await _clusters.Create(first, noisy, 16, cancel);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var noise = Noise(first, noisy, enough.Token);
            await _clusters.Create(first + noisy, quiet, 1, cancel);
            await Until(() => Quiet().All(c => c.Ready != 0), "the quiet clusters are ready", cancel);
            await enough.CancelAsync();
            await noise;
        }, () => [new("noisy clusters", noisy, ""), new("quiet clusters", quiet, ""), .. Times("quiet, to Ready", Quiet().Select(c => c.Until(c.Ready)))], cancel);
        _nodes.IsBroken = _ => false;
        await _clusters.Delete(first, noisy + quiet, cancel);
        await Until(() => _clusters.Count == _options.Clusters, "noisy and quiet clusters are gone", cancel);
        return outcome;

        IEnumerable<Milestones> Quiet() => Enumerable.Range(first + noisy, quiet).Select(i => _clusters.All.Single(c => c.Key == Clusters.Key(i)));
    }

    /// <summary>All clusters are deleted at once.</summary>
    public Task<Outcome> Delete(CancellationToken cancel) => Measure("delete", async () =>
    {
        await _clusters.Delete(0, _options.Clusters, cancel);
        await Until(() => _clusters.Count == 0, "all clusters are gone", cancel);
    }, () => Times("to gone", _clusters.All.Select(c => c.Until(c.Gone))), cancel);

    /// <summary>Objects of a kind that are the operator's and still there.</summary>
    public async Task<int> Left<T>(CancellationToken cancel) where T : class, IResource<T> =>
        (await _plane.Client.ListPage<T>(options: new() { LabelSelector = "app.kubernetes.io/managed-by=etcd-druid" }, cancel: cancel)).Items.Count;

    /// <summary>Each step that the operators took is one that the model allows.</summary>
    /// <exception cref="NonconformingLogException">One is not.</exception>
    public ReplayReport VerifySteps() => OperatorLog.Conforms(_logs.Select(File.ReadLines));

    public async ValueTask DisposeAsync()
    {
        await _timeline.DisposeAsync();
        await _nodes.DisposeAsync();
        await _clusters.DisposeAsync();
        await _operator.DisposeAsync();
        await _plane.DisposeAsync();
    }

    IEnumerable<Milestones> Changed() => _clusters.All.Where(c => c.Value is not null);

    async Task Noise(int first, int noisy, CancellationToken cancel)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                await _clusters.Change(first, noisy, $"noise-{i}", cancel);
                await Task.Delay(200, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Enough.
        }
    }

    async Task<Outcome> Measure(string scenario, Func<Task> run, Func<IEnumerable<Figure>> figures, CancellationToken cancel, bool fromZero = false)
    {
        _timeline.Scenario = scenario;
        await _options.Progress.WriteLineAsync($"{scenario}");
        var before = await _operator.Sample(cancel);
        var started = Stopwatch.GetTimestamp();
        await run();
        var took = Stopwatch.GetElapsedTime(started);
        var after = await _operator.Sample(cancel);
        var origin = fromZero ? before with { CpuSeconds = 0, Metrics = new("") } : before;
        return new(scenario, _options.Clusters, [new("took", took.TotalSeconds, "s"), .. figures(), .. Outcome.Work(origin, after)]);
    }

    static IEnumerable<Figure> Times(string what, IEnumerable<double?> seconds)
    {
        var distribution = new Distribution(seconds.OfType<double>());
        return [new($"{what}, p50", distribution.At(0.5), "s"), new($"{what}, p99", distribution.At(0.99), "s"), new($"{what}, all", distribution.Max, "s")];
    }

    Task Until(Func<bool> holds, string what, CancellationToken cancel) => Until(() => Task.FromResult(holds()), what, cancel);

    async Task Until(Func<Task<bool>> holds, string what, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            if (Stopwatch.GetElapsedTime(started) > _options.Patience)
            {
                throw new TimeoutException($"Waited {_options.Patience.TotalSeconds:0} s in vain: {what}. {_clusters.Count} clusters, {_clusters.WithStatefulSet} with a StatefulSet, {_clusters.Ready} ready, {_nodes.Alive} members alive.");
            }
            await Task.Delay(100, cancel);
        }
    }
}

/// <summary>What a course is run with.</summary>
sealed record CourseOptions
{
    /// <summary>How many clusters of three members.</summary>
    public required int Clusters { get; init; }

    /// <summary>The published operator.</summary>
    public required string Executable { get; init; }

    /// <summary>Where configuration, logs and reports go.</summary>
    public required string Directory { get; init; }

    /// <summary>The operator's limit of requests a second; 0 for none, null for its default (100).</summary>
    public int? Qps { get; init; }

    /// <summary>How long to wait for what a scenario waits for.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>Told how far it is.</summary>
    public TextWriter Progress { get; init; } = TextWriter.Null;
}
