using Druid.Api.Validation;

namespace Druid.EnvtestTests.Api;

/// <summary>The rules that API servers from 1.25 on check, evaluated over the table of manifests and compared with the same rules in C#.</summary>
public sealed class CelTests(CelVerdicts verdicts) : IClassFixture<CelVerdicts>
{
    // A server refuses a definition whose rule is no expression, and an object over which one fails.
    [Fact]
    public void Every_rule_can_be_read_and_none_fails_over_an_object_that_its_schema_allows()
    {
        Assert.NotEmpty(verdicts.Rules);
        Assert.All(verdicts.Rules, rule => Assert.True(rule.Error is null, $"{rule.Id}: {rule.Error}"));
        Assert.Empty(
            from manifest in verdicts.Manifests
            from verdict in manifest.Cel
            where verdict.Error is not null
            select $"{manifest.Manifest.Name}: {verdict.Id}: {verdict.Error}");
    }

    [Fact]
    public void What_a_rule_refuses_in_the_operator_it_refuses_in_the_API_server_too() => Assert.Empty(
        from manifest in verdicts.Manifests
        from rule in manifest.CSharp
        where !manifest.Cel.Any(verdict => verdict.Broken && rule.Cel.Contains(verdict.Id))
        select $"{manifest.Manifest.Name} breaks {rule.Name}, but none of {string.Join(" and ", rule.Cel)}");

    [Fact]
    public void The_API_server_refuses_nothing_that_the_operator_accepts() => Assert.Empty(
        from manifest in verdicts.Manifests
        where ApiValidation.Validate(manifest.Manifest.Now, manifest.Manifest.Old).Count == 0
        from verdict in manifest.Cel
        where verdict.Broken
        select $"{manifest.Manifest.Name} breaks {verdict.Id}");

    [Fact]
    public void Every_rule_is_broken_by_one_manifest_and_kept_by_another()
    {
        var all = verdicts.Manifests.SelectMany(manifest => manifest.Cel).ToLookup(verdict => verdict.Id, verdict => verdict.Broken);

        Assert.Empty(verdicts.Rules.Where(rule => !all[rule.Id].Contains(true)).Select(rule => $"no manifest breaks {rule.Id}"));
        Assert.Empty(verdicts.Rules.Where(rule => !all[rule.Id].Contains(false)).Select(rule => $"no manifest keeps {rule.Id}"));
    }
}
