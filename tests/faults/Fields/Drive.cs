using System.Diagnostics;
using System.Text.Json.Nodes;
using Druid.Api;
using Druid.FaultTests.Trials;
using Druid.FaultTests.World;
using Druid.Kubernetes.Client;

namespace Druid.FaultTests.Fields;

/// <summary>Drives a running cluster to other values of its fields and back.</summary>
static class Drive
{
    static readonly string[] Secrets = ["ca", "server", "client", "auth", "credentials"];

    /// <summary>
    /// To the values and back: either they are refused with a message that names a field, or the cluster ends as one does that was
    /// declared so from the beginning; and back it ends as it began.
    /// </summary>
    public static async Task<TrialResult> There(Lab lab, IReadOnlyList<Sample> samples)
    {
        var started = Stopwatch.GetTimestamp();
        var outcome = "Reached";
        string? problem;
        try
        {
            (problem, outcome) = await AndBack(lab, samples);
        }
        catch (Exception e) when (e is TimeoutException or KubernetesException or Druid.Testing.NonconformingLogException)
        {
            problem = e.Message;
        }
        return new(samples.Count == 1 ? "one field" : "two fields", string.Join(", ", samples).Replace('"', '\''), outcome, null, problem, Stopwatch.GetElapsedTime(started));
    }

    static async Task<(string? Problem, string Outcome)> AndBack(Lab lab, IReadOnlyList<Sample> samples)
    {
        await using var stage = await Prepare(lab);
        var original = JsonNode.Parse(Etcd.Type.ToJson(await stage.Declare(1)))!.AsObject();
        await stage.UntilReady();
        var before = await EndState.Of(lab.Upstream, stage.Namespace);

        if (await Refusal(stage, () => Patched(stage, samples)) is { } refusal)
        {
            if (!samples.Any(s => s.IsNamedIn(refusal))) return ($"refused without naming the field: {refusal}", "Refused");
            return (await Back(lab, stage, original, samples, before), "Refused");
        }
        // One that sleeps has been awake; one that was declared asleep never was.
        if (samples.Any(s => s.ToString() == "spec.replicas = 0")) return (await Back(lab, stage, original, samples, before), "Reached");
        await using var other = await Prepare(lab);
        if (await Refusal(other, () => Declared(other, original, samples)) is { } refused) return ($"taken as a change, but refused from the beginning: {refused}", "Reached");
        var differences = await EndState.Differences(lab.Upstream, stage.Namespace, await EndState.Of(lab.Upstream, other.Namespace));
        if (differences.Count > 0) return ($"{stage.Namespace} ends differently than when declared so:\n  {string.Join("\n  ", differences.Take(8))}", "Reached");
        return (await Back(lab, stage, original, samples, before), "Reached");
    }

    static async Task<string?> Back(Lab lab, Stage stage, JsonObject original, IReadOnlyList<Sample> samples, EndState before)
    {
        foreach (var sample in samples) await stage.Client.Patch<Etcd>(stage.Key, PatchKind.Merge, sample.Undo(original));
        await stage.UntilSettled($"is back from {string.Join(", ", samples)}", Stage.IsReady);
        stage.VerifySteps();
        var differences = await EndState.Differences(lab.Upstream, stage.Namespace, before);
        return differences.Count == 0 ? null : $"{stage.Namespace} does not come back:\n  {string.Join("\n  ", differences.Take(8))}";
    }

    static async Task<Stage> Prepare(Lab lab)
    {
        var stage = await Stage.Set(lab);
        foreach (var secret in Secrets) await stage.Secret(secret, "ca.crt", "authority");
        return stage;
    }

    static async Task Patched(Stage stage, IReadOnlyList<Sample> samples)
    {
        foreach (var sample in samples) await stage.Client.Patch<Etcd>(stage.Key, PatchKind.Merge, sample.Patch);
    }

    static Task<Etcd> Declared(Stage stage, JsonObject original, IReadOnlyList<Sample> samples)
    {
        var declared = original.DeepClone().AsObject();
        declared.Remove("status");
        declared["metadata"] = new JsonObject { ["name"] = stage.Key.Name, ["namespace"] = stage.Namespace };
        foreach (var sample in samples) Merge(declared, sample.Patch);
        return stage.Client.Create(Etcd.Type.Read(declared.ToJsonString()));
    }

    // Why the declaration is not taken up; null when it was, and the cluster is as declared.
    static async Task<string?> Refusal(Stage stage, Func<Task> declare)
    {
        try
        {
            await declare();
        }
        catch (KubernetesException refused) when (refused.Reason is ErrorReason.Invalid or ErrorReason.BadRequest)
        {
            return refused.Message;
        }
        string? refusal = null;
        await stage.UntilSettled("has taken up or refused what was declared", etcd =>
        {
            // By us, or by an API server that is too old for a field.
            refusal = Stage.RegionOf(etcd, "lifecycle") == "Invalid"
                ? etcd!.Status.Conditions.Single(c => c.Type == "SpecAccepted").Message
                : etcd?.Status.LastErrors.FirstOrDefault(e => e.Code == "ERR_APPLY_COMPONENT")?.Description;
            return refusal is not null || Stage.IsReady(etcd) || Stage.IsAt(etcd, "Hibernated");
        });
        return refusal;
    }

    static void Merge(JsonObject into, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is JsonObject inner && into[name] is JsonObject there) Merge(there, inner);
            else into[name] = value?.DeepClone();
        }
    }
}
