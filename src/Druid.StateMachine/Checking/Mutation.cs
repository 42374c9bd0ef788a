using Druid.StateMachine.Machines;

namespace Druid.StateMachine.Checking;

/// <summary>
/// Makes a machine that is broken on purpose: the original with single rules changed. A check that no broken machine fails
/// proves nothing, so whoever checks a machine checks that its mutants are found.
/// </summary>
/// <param name="original">The machine.</param>
public sealed class Mutation<TView>(Machine<TView> original)
{
    readonly List<(string Place, string Trigger, Func<Rule<TView>, Rule<TView>?> Change)> changes = [];

    /// <summary>Takes a rule out.</summary>
    /// <param name="place">The path of the rule's state, or the name of its region.</param>
    /// <param name="trigger">The rule's trigger in words.</param>
    public Mutation<TView> Drop(string place, string trigger) => Change(place, trigger, _ => null);

    /// <summary>Lets a rule apply without one of its conditions.</summary>
    /// <param name="place">The path of the rule's state, or the name of its region.</param>
    /// <param name="trigger">The rule's trigger in words.</param>
    /// <param name="fact">The name of the fact that is not asked for any more.</param>
    public Mutation<TView> Forget(string place, string trigger, string fact) => Change(place, trigger,
        rule => new([.. rule.Conditions.Where(c => c.Fact.Name != fact)], rule.Effects, rule.TargetName));

    /// <summary>Lets a rule do something else.</summary>
    /// <param name="place">The path of the rule's state, or the name of its region.</param>
    /// <param name="trigger">The rule's trigger in words.</param>
    /// <param name="actions">What it does.</param>
    public Mutation<TView> Instead(string place, string trigger, Func<TView, IEnumerable<IAction>> actions) => Change(place, trigger,
        rule => new(rule.Conditions, [new("something else", actions)], rule.TargetName));

    /// <summary>Lets a rule lead elsewhere.</summary>
    /// <param name="place">The path of the rule's state, or the name of its region.</param>
    /// <param name="trigger">The rule's trigger in words.</param>
    /// <param name="target">Where it leads.</param>
    public Mutation<TView> Redirect(string place, string trigger, string target) => Change(place, trigger,
        rule => new(rule.Conditions, rule.Effects, target));

    /// <summary>The broken machine.</summary>
    /// <exception cref="MachineDefinitionException">A rule to be changed is not there, so the mutant would be none.</exception>
    public Machine<TView> Build()
    {
        var left = changes.ToHashSet();
        var builder = new MachineBuilder<TView>(original.Name);
        foreach (var region in original.Regions)
        {
            builder.Region(region.Name, r => r.CopyFrom(region, (place, rule) =>
            {
                Rule<TView>? changed = new(rule.Conditions, rule.Effects, rule.TargetName);
                foreach (var change in changes.Where(c => c.Place == place && c.Trigger == rule.Trigger))
                {
                    left.Remove(change);
                    changed = changed is null ? null : change.Change(changed);
                }
                return changed;
            }));
        }
        var mutant = builder.Build(original.Meaning);
        return left.Count == 0 ? mutant : throw new MachineDefinitionException(
            $"The machine '{original.Name}' has no rule '{left.First().Trigger}' in '{left.First().Place}'; a mutant has to change one.");
    }

    Mutation<TView> Change(string place, string trigger, Func<Rule<TView>, Rule<TView>?> change)
    {
        changes.Add((place, trigger, change));
        return this;
    }
}
