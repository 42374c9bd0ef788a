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
sealed partial class Course : IAsyncDisposable
{
    readonly CourseOptions _options;
    readonly ControlPlane _plane;
    readonly Clusters _clusters;
    readonly SimulatedNodes _nodes;
    readonly Machine _machine;
    readonly Timeline _timeline;
    readonly List<string> _logs = [];
    OperatorProcess _operator;

    Course(CourseOptions options, ControlPlane plane, SimulatedNodes nodes, OperatorProcess operatorProcess)
    {
        (_options, _plane, _nodes, _operator) = (options, plane, nodes, operatorProcess);
        _clusters = new(plane.NewClient(), nodes.AgentPort);
        _machine = new(Path.GetDirectoryName(plane.Kubeconfig)!);
        _timeline = new(() => _operator, _machine, _clusters, options.Progress);
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
            await KubeControl.Define(options.Executable, plane.Kubeconfig, cancel);
            return new(options, plane, await SimulatedNodes.Start(plane.NewClient()), await OperatorProcess.Start(options.Executable, plane.Kubeconfig, options.Qps, options.Directory, cancel));
        }
        catch
        {
            await plane.DisposeAsync();
            throw;
        }
    }

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

    // The share is asked for afterwards: how many renewals there were is not known before.
    async Task<Outcome> Measure(string scenario, Func<Share> share, Func<Task> run, Func<IEnumerable<Figure>> figures, CancellationToken cancel, bool fromZero = false)
    {
        _timeline.Scenario = scenario;
        await _options.Progress.WriteLineAsync($"{scenario}");
        var before = await _operator.Sample(cancel);
        var others = _machine.Sample();
        var started = Stopwatch.GetTimestamp();
        await run();
        var took = Stopwatch.GetElapsedTime(started);
        var after = await _operator.Sample(cancel);
        var origin = fromZero ? before with { CpuSeconds = 0, WaitedSeconds = 0, Metrics = new("") } : before;
        var work = new Work(origin, after, _machine.Sample().Since(others), _timeline.LongestPause(started));
        return new(scenario, _options.Clusters, [new("took", took.TotalSeconds, "s"), .. figures(), .. work.Figures(share())]);
    }

    static IEnumerable<Figure> Times(string what, IEnumerable<double?> seconds)
    {
        var distribution = new Distribution(seconds.OfType<double>());
        return [new($"{what}, p50", distribution.At(0.5), "s"), new($"{what}, p99", distribution.At(0.99), "s"), new($"{what}, all", distribution.Max, "s")];
    }

    Share AClusters => new(_options.Clusters, "cluster");

    async Task Until(Func<bool> holds, string what, CancellationToken cancel, TimeSpan? every = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!holds())
        {
            if (Stopwatch.GetElapsedTime(started) > _options.Patience)
            {
                throw new TimeoutException($"Waited {_options.Patience.TotalSeconds:0} s in vain: {what}. {_clusters.Count} clusters, {_clusters.WithStatefulSet} with a StatefulSet, {_clusters.Ready} ready, {_nodes.Alive} members alive.");
            }
            await Task.Delay(every ?? TimeSpan.FromMilliseconds(50), cancel);
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
