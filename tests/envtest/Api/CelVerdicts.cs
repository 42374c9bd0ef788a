using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Druid.Api.Schemas;
using Druid.Api.Validation;
using Druid.Kubernetes.Resources;

namespace Druid.EnvtestTests.Api;

/// <summary>What the CRDs' rules in CEL, as hack/cel evaluates them, and the same rules in C# say of every manifest that its schema allows. What the schema refuses is refused before rules are asked.</summary>
public sealed class CelVerdicts : IAsyncLifetime
{
    // The first run installs the evaluator.
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Every rule of the CRDs, with the error of those that are no expressions.</summary>
    internal IReadOnlyList<(CelId Id, string? Error)> Rules { get; private set; } = [];

    /// <summary>The manifests.</summary>
    internal IReadOnlyList<Judged> Manifests { get; private set; } = [];

    public async Task InitializeAsync()
    {
        Manifest[] asked = [.. Manifest.Load("valid").Concat(Manifest.Load("invalid")).Where(m => m is { Crd: not null, BreaksSchema: false })];
        var answer = JsonNode.Parse(await Evaluate(new JsonObject
        {
            ["schemas"] = new JsonObject(Crds.All.Select(crd => KeyValuePair.Create(crd.Kind, SchemaOf(crd)))),
            ["objects"] = new JsonArray([.. asked.Select(m => new JsonObject { ["now"] = m.Now.DeepClone(), ["old"] = m.Old?.DeepClone() })]),
        }))!;
        Rules = [.. answer["rules"]!.AsArray().Select(rule => (Id((string)rule!["kind"]!, rule), (string?)rule["error"]))];
        Manifests = [.. asked.Zip(answer["verdicts"]!.AsArray(), (manifest, verdicts) => new Judged(
            manifest,
            [.. verdicts!.AsArray().Select(v => new CelVerdict(Id(manifest.Crd!.Kind, v!), (bool)v!["broken"]!, (string?)v["error"]))],
            BrokenInCSharp(manifest)))];
    }

    public Task DisposeAsync() => Task.CompletedTask;

    static CelId Id(string kind, JsonNode rule) => new(kind, (string)rule["at"]!, (string)rule["rule"]!);

    static JsonNode? SchemaOf(Crd crd) => crd.ToJson()["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.DeepClone();

    static BrokenRule[] BrokenInCSharp(Manifest manifest) => manifest.Crd!.Kind switch
    {
        "Etcd" => Broken(EtcdRules.All, manifest),
        "EtcdCopyBackupsTask" => Broken(CopyBackupsTaskRules.All, manifest),
        "EtcdOpsTask" => Broken(OpsTaskRules.All, manifest),
        var kind => throw new InvalidOperationException($"No rules are known for {kind}: add them here."),
    };

    static BrokenRule[] Broken<T>(IReadOnlyList<Rule<T>> rules, Manifest manifest) where T : class, IResource<T>
    {
        var change = new Change<T>(T.Type.Read(manifest.Now.ToJsonString()), manifest.Old is { } old ? T.Type.Read(old.ToJsonString()) : null);
        return [.. from rule in rules
                   where rule.Cel.Count > 0 && rule.Errors(change).Any()
                   select new BrokenRule(rule.Name, [.. rule.Cel.Select(cel => new CelId(T.Type.Kind, cel.At, cel.Cel))])];
    }

    static async Task<string> Evaluate(JsonObject question, [CallerFilePath] string here = "")
    {
        var program = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../hack/cel"));
        using var process = Process.Start(new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
            await process.StandardInput.WriteAsync(question.ToJsonString().AsMemory(), deadline.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(deadline.Token);
            Assert.True(process.ExitCode == 0, $"{program} failed with {process.ExitCode}:\n{await errors}");
            return await output;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} was not done within {Patience}.");
        }
    }
}

/// <summary>A rule in CEL: of which kind, where in its schema, which expression.</summary>
sealed record CelId(string Kind, string At, string Rule)
{
    public override string ToString() => $"{Kind} {At}: {Rule}";
}

/// <summary>What came of it when a rule was evaluated once.</summary>
sealed record CelVerdict(CelId Id, bool Broken, string? Error);

/// <summary>A rule that C# found broken, and its expressions in CEL.</summary>
sealed record BrokenRule(string Name, IReadOnlyList<CelId> Cel);

/// <summary>A manifest, what each rule in CEL says of it, and the rules that have a form in CEL and are broken in C#.</summary>
sealed record Judged(Manifest Manifest, IReadOnlyList<CelVerdict> Cel, IReadOnlyList<BrokenRule> CSharp);
