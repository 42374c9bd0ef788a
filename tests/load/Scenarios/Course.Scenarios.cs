using System.Diagnostics;
using Druid.LoadTests.Fleet;
using Druid.LoadTests.Measuring;

namespace Druid.LoadTests.Scenarios;

/// <summary>What the clusters go through.</summary>
sealed partial class Course
{
    // Namespaces of their own, far from those of the others.
    const int QuietAlone = 100_000, Quiet = 110_000, Failing = 120_000, Broken = 130_000;

    // As often as a Prometheus would, in seconds.
    const int LooksAtRest = 15;

    /// <summary>All clusters are created at once, as fast as the API server takes them.</summary>
    public Task<Outcome> Create(CancellationToken cancel) => Measure("create", () => AClusters, async () =>
    {
        await _clusters.Create(0, _options.Clusters, 16, cancel);
        await Until(() => _clusters.Ready == _options.Clusters, "all clusters are ready", cancel);
    }, () =>
    [
        .. Times("to all components", _clusters.All.Select(c => c.Until(c.Effect))),
        .. Times("to Ready", _clusters.All.Select(c => c.Until(c.Ready))),
        new("all StatefulSets there after", _clusters.LastEffect().TotalSeconds, "s"),
    ], cancel);

    /// <summary>Nothing is asked for while the agents renew their leases.</summary>
    public async Task<Outcome> Rest(TimeSpan duration, CancellationToken cancel)
    {
        // What the scenario before set going comes to its end first: statuses that are held for a moment, events, pods' last words.
        await Task.Delay(SimulatedNodes.Heartbeat, cancel);
        _timeline.Every = LooksAtRest;
        var renewals = _nodes.Renewals;
        var outcome = await Measure("rest", () => new(_nodes.Renewals - renewals, "renewal"), () => Task.Delay(duration, cancel), () =>
            [new("duration", duration.TotalSeconds, "s"), new("lease renewals", _nodes.Renewals - renewals, "")], cancel);
        _timeline.Every = 1;
        return outcome;
    }

    /// <summary>Nothing at all happens: what following so many clusters costs by itself.</summary>
    public async Task<Outcome> Silence(TimeSpan duration, CancellationToken cancel)
    {
        (_nodes.Silent, _timeline.Every) = (true, LooksAtRest);
        await Task.Delay(TimeSpan.FromSeconds(1), cancel);
        var outcome = await Measure("silence", () => AClusters, () => Task.Delay(duration, cancel), () => [new("duration", duration.TotalSeconds, "s")], cancel);
        (_nodes.Silent, _timeline.Every) = (false, 1);
        return outcome with { Figures = [.. outcome.Figures, new("CPU a minute", outcome["CPU"] * 60 / duration.TotalSeconds, "s")] };
    }

    /// <summary>One spec changes after the other while all the rest is settled: what a user waits for.</summary>
    public async Task<Outcome> Changes(int changes, CancellationToken cancel)
    {
        changes = Math.Min(changes, _options.Clusters);
        var first = _options.Clusters - changes;
        var echoes = new List<double?>();
        var changed = new List<Milestones>();
        return await Measure("changes", () => new(changes, "change"), async () =>
        {
            await using var echo = await Echo.Start(_plane.NewClient(), cancel);
            for (var i = first; i < _options.Clusters; i++)
            {
                echoes.Add((await echo.Measure(cancel)).TotalSeconds);
                await _clusters.Change(i, 1, $"change-{Stopwatch.GetTimestamp()}", cancel);
                var cluster = _clusters.Of(i);
                await Until(() => cluster.Effect != 0, $"{cluster.Key} is changed", cancel, TimeSpan.FromMilliseconds(1));
                changed.Add(cluster);
            }
            await Until(() => _clusters.Ready == _options.Clusters, "all changes are rolled out", cancel);
        }, () =>
        {
            // To be told of a change and to have its effect seen takes a write and a watch, twice, whoever reacts to it.
            var bare = 2 * new Distribution(echoes.OfType<double>()).At(0.5);
            var effects = changed.Select(c => c.Until(c.Effect)).ToList();
            return
            [
                new("changes", changes, ""),
                .. Times("change to template", effects),
                new("of it the API server's, writes and watches of nobody else, p50", bare, "s"),
                new("change to template, our own time, p99", Math.Max(0, new Distribution(effects.OfType<double>()).At(0.99) - bare), "s"),
            ];
        }, cancel);
    }

    /// <summary>Many specs change at once; each rolls three pods.</summary>
    public Task<Outcome> Storm(int changes, CancellationToken cancel)
    {
        changes = Math.Min(changes, _options.Clusters);
        var value = $"storm-{Stopwatch.GetTimestamp()}";
        var changed = Enumerable.Range(0, changes).Select(_clusters.Of).ToList();
        return Measure("storm", () => new(changes, "change"), async () =>
        {
            await _clusters.Change(0, changes, value, cancel);
            await Until(() => changed.All(c => c.Effect != 0 && c.Ready != 0) && _clusters.Ready == _options.Clusters, "all changes are rolled out", cancel);
        }, () => [new("changes", changes, ""), .. Times("change to template", changed.Select(c => c.Until(c.Effect))), .. Times("change to Ready", changed.Select(c => c.Until(c.Ready)))], cancel);
    }

    /// <summary>The operator's node loses power; another one takes over clusters that need nothing.</summary>
    public Task<Outcome> Restart(CancellationToken cancel) => Measure("restart", () => AClusters, async () =>
    {
        await _operator.Kill();
        await _operator.DisposeAsync();
        _operator = await OperatorProcess.Start(_options.Executable, _plane.Kubeconfig, _options.Qps, _options.Directory, cancel);
        _logs.Add(_operator.Log);
        await _operator.UntilReconciled(_options.Clusters, _options.Patience, cancel);
    }, () => [new("start until caches are filled", _operator.StartTime.TotalSeconds, "s"), new("start until the first reconcile is over", _operator.FirstReconcile.TotalSeconds, "s")], cancel, fromZero: true);

    /// <summary>
    /// Clusters that cannot be reconciled, and others whose members never come up, all of them changed all the time, beside quiet
    /// ones that are created; the same quiet ones were created without them before.
    /// </summary>
    public async Task<Outcome> NoisyNeighbours(int noisy, int quiet, CancellationToken cancel)
    {
        _timeline.Scenario = "quiet";
        await CreateQuiet(QuietAlone, quiet, cancel);
        var alone = new Distribution(QuietFrom(QuietAlone).Select(c => c.Until(c.Ready)!.Value));

        var broken = Enumerable.Range(Broken, noisy).Select(Clusters.Key).ToHashSet();
        _nodes.IsBroken = pod => broken.Contains(pod with { Name = pod.Name[..pod.Name.LastIndexOf('-')] });
        await _clusters.CreateNamespaces(Failing, noisy, cancel);
        await KubeControl.AllowNoConfigMaps(_plane.Kubeconfig, Clusters.Key(Failing).Namespace, cancel);
        var outcome = await Measure("noise", () => new(quiet, "quiet cluster"), async () =>
        {
            await _clusters.Create(Failing, noisy, 16, cancel);
            await _clusters.Create(Broken, noisy, 16, cancel);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var noise = Task.WhenAll(Noise(Failing, noisy, enough.Token), Noise(Broken, noisy, enough.Token));
            await CreateQuiet(Quiet, quiet, cancel);
            await enough.CancelAsync();
            await noise;
        }, () =>
        [
            new("clusters that fail", noisy, ""), new("clusters whose members do not come up", noisy, ""), new("quiet clusters", quiet, ""),
            new("quiet without noise, to Ready, p50", alone.At(0.5), "s"), new("quiet without noise, to Ready, all", alone.Max, "s"),
            .. Times("quiet, to Ready", QuietFrom(Quiet).Select(c => c.Until(c.Ready))),
        ], cancel);
        _nodes.IsBroken = _ => false;
        foreach (var (from, count) in new[] { (QuietAlone, quiet), (Quiet, quiet), (Failing, noisy), (Broken, noisy) }) await _clusters.Delete(from, count, cancel);
        await Until(() => _clusters.Count == _options.Clusters, "noisy and quiet clusters are gone", cancel);
        return outcome;

        IEnumerable<Milestones> QuietFrom(int first) => Enumerable.Range(first, quiet).Select(_clusters.Of);

        async Task CreateQuiet(int first, int count, CancellationToken stop)
        {
            for (var i = first; i < first + count; i++)
            {
                await _clusters.Create(i, 1, 1, stop);
                await Until(() => _clusters.Of(i).Ready != 0, "the quiet cluster is ready", stop);
            }
        }
    }

    /// <summary>
    /// Hours in minutes: each simulated hour has all its renewals of leases, as fast as the API server takes them, one change of a
    /// spec that is rolled out, and one pod that is lost.
    /// </summary>
    /// <param name="hours">How many.</param>
    /// <param name="length">How long each is taken to be: so many renewals it has.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<Outcome> Hours(int hours, TimeSpan length, CancellationToken cancel)
    {
        var renewals = _nodes.Renewals;
        var live = new List<double>();
        var resident = new List<double>();
        return await Measure("hours", () => new(_nodes.Renewals - renewals, "renewal"), async () =>
        {
            for (var hour = 0; hour < hours; hour++)
            {
                for (var beat = TimeSpan.Zero; beat < length; beat += SimulatedNodes.Heartbeat) await _nodes.RenewAll(cancel);
                await _clusters.Change(hour % _options.Clusters, 1, $"hour-{hour}", cancel);
                await Until(() => _clusters.Ready == _options.Clusters, "the change of the hour is rolled out", cancel);
                await _nodes.Lose(Clusters.Key((hour + 1) % _options.Clusters), cancel);
                await Until(() => _clusters.Ready == _options.Clusters && _nodes.Alive == 3 * _options.Clusters, "the lost pod is back", cancel);
                var sample = await _operator.Sample(cancel);
                live.Add(sample.LiveMegabytes);
                resident.Add(sample.ResidentMegabytes);
                await _options.Progress.WriteLineAsync($"  hour {hour + 1}: {sample.LiveMegabytes:0.0} MB live, {sample.ResidentMegabytes:0} MB resident, {sample.CpuSeconds:0.0} s CPU");
            }
        }, () =>
        [
            new("simulated hours", hours, ""), new("lease renewals", _nodes.Renewals - renewals, ""),
            .. Growth("managed and alive", live), .. Growth("resident", resident),
        ], cancel);

        // The first third fills what has a bound: pools, histograms, caches of code.
        static IEnumerable<Figure> Growth(string what, List<double> each)
        {
            var third = Math.Max(1, each.Count / 3);
            var (middle, end) = (each.Skip(third).Take(third).DefaultIfEmpty(each[^1]).Average(), each.TakeLast(third).Average());
            return [new($"memory, {what}, second third of the time", middle, "MB"), new($"memory, {what}, last third", end, "MB")];
        }
    }

    /// <summary>All clusters are deleted at once.</summary>
    public Task<Outcome> Delete(CancellationToken cancel) => Measure("delete", () => AClusters, async () =>
    {
        await _clusters.Delete(0, _options.Clusters, cancel);
        await Until(() => _clusters.Count == 0, "all clusters are gone", cancel);
    }, () => Times("to gone", Enumerable.Range(0, _options.Clusters).Select(_clusters.Of).Select(c => c.Until(c.Gone))), cancel);

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
}
