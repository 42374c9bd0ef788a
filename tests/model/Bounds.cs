using System.Collections.Immutable;

namespace Druid.Model;

/// <summary>
/// The settings that are explored, with their bounds: the one place that says how far the harness goes.
/// </summary>
public static class Bounds
{
    static readonly ImmutableArray<Verb> MemberFaults = [Verb.CrashPod, Verb.LoseDisk, Verb.Partition, Verb.Sicken, Verb.LosePod];

    /// <summary>Explored in every run of the tests: seconds each.</summary>
    public static ImmutableArray<Scenario> Quick { get; } =
    [
        new() { Name = "create", StartsSettled = false, Edits = 1, EditKinds = [Verb.ChangeTemplate], Templates = [Template.B] },
        new() { Name = "two faults", Faults = 2, FaultKinds = MemberFaults },
        new() { Name = "scale in, changing one's mind", Edits = 2, EditKinds = [Verb.Scale], Replicas = [1, 2, 3], Lag = 1 },
        new() { Name = "scale in with a fault", Edits = 1, EditKinds = [Verb.Scale], Replicas = [1], Faults = 1, FaultKinds = MemberFaults, Lag = 1 },
        new() { Name = "scale out with a fault", Wanted = 1, Edits = 1, EditKinds = [Verb.Scale], Replicas = [3], Faults = 1, FaultKinds = MemberFaults },
        new() { Name = "rollout, of a broken template too", Edits = 2, EditKinds = [Verb.ChangeTemplate], Templates = [Template.A, Template.B, Template.Broken], Lag = 1 },
        new() { Name = "peer TLS, on and off", Edits = 2, EditKinds = [Verb.TogglePeerTls], Lag = 1 },
        new() { Name = "hibernation and waking", Edits = 2, EditKinds = [Verb.Scale], Replicas = [0, 3], Store = true },
        new() { Name = "deletion", Edits = 1, EditKinds = [Verb.DeleteEtcd] },
    ];
}
