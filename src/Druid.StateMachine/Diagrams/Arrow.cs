using Druid.StateMachine.Machines;

namespace Druid.StateMachine.Diagrams;

/// <summary>An arrow as every format draws it.</summary>
/// <param name="From">Path of the state it leaves; null where it holds in every state of the region.</param>
/// <param name="To">Path of the state it enters; <paramref name="From"/> where it stays; null where a general rule stays.</param>
/// <param name="Order">Its place among the rules of its state, from 1: rules are tried in this order.</param>
/// <param name="Trigger">The conditions in words.</param>
/// <param name="Actions">The actions in words; empty for a mere change of state.</param>
public sealed record Arrow(string? From, string? To, int Order, string Trigger, string Actions)
{
    /// <summary>The arrows of a region in the order written, those of enclosing states first.</summary>
    public static IEnumerable<Arrow> Of<TView>(Region<TView> region, DiagramOptions options) =>
        options.Overview
            ? Of(null, region.Rules, options).Concat(region.States.SelectMany(s => Of(s.Path, s.Rules, options))).Where(a => a.To is not null && a.To != a.From)
            : Of(null, region.Rules, options).Concat(region.All.SelectMany(s => Of(s.Path, s.Rules, options)));

    /// <summary>"order. trigger / actions", on as many lines as asked for.</summary>
    public string Label(string lineBreak) =>
        $"{Order}. {Trigger.Replace(" and ", $"{lineBreak}and ", StringComparison.Ordinal)}{(Actions.Length == 0 ? "" : $"{lineBreak}/ {Actions}")}";

    static IEnumerable<Arrow> Of<TView>(string? from, IEnumerable<Rule<TView>> rules, DiagramOptions options) => rules
        .Select((rule, i) => (rule, order: i + 1))
        .Where(x => options.Faults || !x.rule.IsFault)
        .Select(x => new Arrow(from, x.rule.Target?.Path ?? from, x.order, x.rule.Trigger, string.Join(", ", x.rule.Effects.Select(e => e.Name))));
}
