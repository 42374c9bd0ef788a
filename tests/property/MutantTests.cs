using Druid.Model;
using Druid.StateMachine.Checking;
using Xunit.Abstractions;

namespace Druid.PropertyTests;

/// <summary>Every promise can be broken, and is found to be: a machine that is wrong does not pass.</summary>
public sealed class MutantTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. Mutants.All.Select(m => m.Name)];

    [Theory, MemberData(nameof(Names))]
    public void A_broken_machine_is_found_out_in_a_few_steps(string name)
    {
        var mutant = Mutants.All.Single(m => m.Name == name);
        var found = mutant.Explore();
        output.WriteLine($"{found.Violation}");
        Assert.True(mutant.Survives(found) is null, mutant.Survives(found));
    }

    [Fact]
    public void Every_promise_has_a_machine_that_breaks_it()
    {
        Assert.Empty(Bounds.Quick.SelectMany(s => s.Promises).Except(Mutants.All.Select(m => m.Breaks)));
    }

    [Fact]
    public void A_mutant_that_changes_nothing_is_refused()
    {
        var error = Assert.Throws<StateMachine.Machines.MachineDefinitionException>(() =>
            new Mutation<StateMachine.Etcd.ClusterView>(StateMachine.Etcd.EtcdLifecycle.Machine).Drop("Ready", "the moon is full").Build());
        Assert.Contains("'the moon is full' in 'Ready'", error.Message, StringComparison.Ordinal);
    }
}
