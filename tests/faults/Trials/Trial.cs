using System.Diagnostics;
using Druid.FaultTests.Proxy;
using Druid.FaultTests.World;

namespace Druid.FaultTests.Trials;

/// <summary>Runs scenarios, with and without faults.</summary>
static class Trial
{
    /// <summary>Runs a scenario without faults.</summary>
    public static async Task<CleanRun> Clean(Lab lab, Scenario scenario)
    {
        await using var stage = await Stage.Set(lab);
        await scenario.Arrange(stage);
        var before = stage.Proxy.Landed.Count;
        await scenario.Act(stage);
        await stage.UntilSettled($"after {scenario}", scenario.Reached);
        stage.VerifySteps();
        var writes = stage.Proxy.Landed.Skip(before).Select(l => l.Call).Where(c => !c.IsEvent).ToList();
        return new(await EndState.Of(lab.Upstream, stage.Namespace), [.. writes.Select((call, i) => new Point(call, writes.Take(i + 1).Count(c => c == call)))]);
    }

    /// <summary>Runs a scenario with a fault at one point and compares its end.</summary>
    public static async Task<TrialResult> At(Lab lab, Scenario scenario, Point point, Mode mode)
    {
        var started = Stopwatch.GetTimestamp();
        PointFaults? faults = null;
        var problem = await Run(lab, scenario, certificate: null, stage =>
        {
            stage.SucceedInThePast = mode == Mode.CrashIntoThePast;
            return faults = new(point, mode, stage.Proxy);
        });
        return new(scenario.Name, $"{point}", $"{mode}", faults?.HasHappened == true ? 1 : 0, problem, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Runs a scenario with faults wherever chance has them.</summary>
    public static async Task<TrialResult> Random(Lab lab, Scenario scenario, int seed)
    {
        var started = Stopwatch.GetTimestamp();
        using var certificate = Certificates.OfThisMachine();
        var injected = 0;
        var problem = await Run(lab, scenario, certificate, stage => new RandomFaults(seed), stage => injected = stage.Proxy.Injected.Values.Sum());
        return new(scenario.Name, $"seed {seed}", "Random", injected, problem, Stopwatch.GetElapsedTime(started));
    }

    static async Task<string?> Run(
        Lab lab, Scenario scenario, System.Security.Cryptography.X509Certificates.X509Certificate2? certificate, Func<Stage, IFaults> faults, Action<Stage>? after = null)
    {
        await using var stage = await Stage.Set(lab, certificate);
        try
        {
            await scenario.Arrange(stage);
            await stage.Proxy.RememberLists(default);
            stage.Proxy.Faults = faults(stage);
            await scenario.Act(stage);
            await stage.UntilSettled($"after {scenario}", scenario.Reached);
            stage.VerifySteps();
            var differences = await EndState.Differences(lab.Upstream, stage.Namespace, (await lab.Clean(scenario)).End);
            return differences.Count == 0 ? null : $"{stage.Namespace} ends differently:\n  {string.Join("\n  ", differences.Take(12))}";
        }
        catch (Exception e) when (e is TimeoutException or Druid.Testing.NonconformingLogException or Druid.Kubernetes.Client.KubernetesException)
        {
            return e.Message;
        }
        finally
        {
            after?.Invoke(stage);
            lab.Report.Injected(stage.Proxy.Injected);
        }
    }
}

/// <summary>A scenario without faults.</summary>
/// <param name="End">How it ends.</param>
/// <param name="Points">The writes on the way.</param>
sealed record CleanRun(EndState End, IReadOnlyList<Point> Points);

/// <summary>What came of a trial.</summary>
/// <param name="Scenario">Of which.</param>
/// <param name="Where">The write, or the seed.</param>
/// <param name="Mode">What happened there.</param>
/// <param name="Faults">How many faults were injected; 0 where the write did not come, null where none was meant to.</param>
/// <param name="Problem">What is wrong; null when all is well.</param>
/// <param name="Took">How long it took.</param>
sealed record TrialResult(string Scenario, string Where, string Mode, int? Faults, string? Problem, TimeSpan Took);
