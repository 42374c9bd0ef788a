using Druid.FaultTests.Trials;
using Druid.FaultTests.World;

namespace Druid.FaultTests;

/// <summary>Faults at single writes that once changed the end of a scenario.</summary>
[Collection(InTheLab.Name)]
public sealed class FoundTests(Lab lab)
{
    [Theory]
    // A successor that took a job for a stray one, as its beginning was not recorded.
    [InlineData("compaction", "create jobs", Mode.CrashIntoThePast)]
    // A status that rested on an old one, and was written over a newer one.
    [InlineData("compaction", "patch etcds/status e, 2.", Mode.CrashIntoThePast)]
    [InlineData("compaction", "delete jobs e-compactor", Mode.CrashIntoThePast)]
    // A log that began with a step that nothing led to.
    [InlineData("copy", "create jobs", Mode.CrashAfter)]
    // A secret without its finalizer, as nobody came back to it.
    [InlineData("peer TLS", "patch secrets peer-ca", Mode.Conflict)]
    // A member that was removed, as its lease was newer than the StatefulSet.
    [InlineData("scale out", "patch etcds/status e", Mode.CrashIntoThePast)]
    internal async Task A_fault_that_was_found_once_changes_nothing_any_more(string scenario, string write, Mode mode)
    {
        var chosen = Scenarios.All.Single(s => s.Name == scenario);
        var point = Assert.Single((await lab.Clean(chosen)).Points, p => p.ToString() == write);
        var result = await Trial.At(lab, chosen, point, mode);
        lab.Report.Add(result);
        Assert.True(result.Problem is null, result.Problem);
    }
}
