using System.Collections.Immutable;
using Druid.Model;
using FsCheck;
using FsCheck.Fluent;

namespace Druid.PropertyTests;

/// <summary>Histories far beyond what can be explored: seven members, any fault and any edit at any moment, for a long time.</summary>
public sealed class HistoryTests
{
    static readonly ImmutableArray<Verb> Faults =
    [
        Verb.CrashPod, Verb.LoseDisk, Verb.Partition, Verb.Sicken, Verb.LosePod, Verb.DeleteSet, Verb.DeleteOthers, Verb.EditOthers,
        Verb.Forget, Verb.FailSnapshot, Verb.FailJob, Verb.ExceedDeadline, Verb.Depose,
    ];

    static readonly ImmutableArray<Verb> Edits =
    [
        Verb.Scale, Verb.ChangeTemplate, Verb.TogglePeerTls, Verb.ToggleSuspension, Verb.ToggleInvalid, Verb.RequestReconcile, Verb.AllowRecovery,
        Verb.ToggleRuntime, Verb.ChangeCapacity, Verb.ToggleStrategy, Verb.Write,
    ];

    static readonly Scenario SevenMembers = new()
    {
        Name = "seven members",
        Members = World.MaxMembers,
        Wanted = 3,
        StartsSettled = false,
        Store = true,
        Compaction = true,
        Upgrades = true,
        Lag = 2,
        Faults = 250,
        FaultKinds = Faults,
        Edits = 200,
        EditKinds = Edits,
        Replicas = [0, 1, 2, 3, 4, 5, 6, 7],
        Templates = [Template.A, Template.B, Template.Broken],
    };

    // A majority that is lost for good waits for its owner in many ways, so where it ends is asked of the explorer only.
    static readonly Scenario WithoutLostDisks = SevenMembers with { FaultKinds = Faults.Remove(Verb.LoseDisk) };

    [Property(Cases = 12)]
    public Property Ten_thousand_steps_of_seven_members_keep_every_promise() =>
        Prop.ForAll(Choices.Arbitrary(20_000), choices => new History(SevenMembers).Play(choices));

    [Property(Cases = 100)]
    public Property Whatever_happened_a_cluster_left_alone_comes_to_rest_as_declared() =>
        Prop.ForAll(Choices.Arbitrary(300), choices => new History(WithoutLostDisks).Play(choices).ComeToRest());

    [Property(Cases = 100)]
    public Property Whatever_happened_a_deletion_completes() =>
        Prop.ForAll(Choices.Arbitrary(300), choices => new History(WithoutLostDisks with { Edits = 20, EditKinds = [.. Edits, Verb.DeleteEtcd] }).Play(choices).ComeToRest());

    [Property(Cases = 50)]
    public Property Changes_that_are_held_back_keep_every_promise_too() =>
        Prop.ForAll(Choices.Arbitrary(500), choices => new History(SevenMembers with { AutoReconcile = false }).Play(choices));

    [Fact]
    public void A_broken_machine_does_not_survive_long_histories()
    {
        var mutant = Mutants.All.Single(m => m.Name == "a scale-in that forgets the membership");
        var machine = ((Scenario)mutant.Broken).Machine;
        var random = new System.Random(1);
        var found = Enumerable.Range(0, 20).Any(_ =>
        {
            try
            {
                new History(SevenMembers with { Machine = machine }).Play(new Choices([.. Enumerable.Range(0, 2000).Select(_ => random.Next())]));
                return false;
            }
            catch (BrokenPromiseException error)
            {
                return error.Message.Contains("OrderOfLeaving", StringComparison.Ordinal);
            }
        });
        Assert.True(found, "A scale-in that forgets the membership was not found out by twenty histories.");
    }
}
