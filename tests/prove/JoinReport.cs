using System.Globalization;
using Druid.Model.Joining;
using Druid.StateMachine.Checking;

namespace Druid.Prove;

/// <summary>What was explored of the member agent's initialization, as tables in Markdown.</summary>
sealed class JoinReport
{
    readonly List<(JoinScenario Scenario, Exploration Found)> _explored = [.. JoinScenario.All.Select(s => (s, Explorer<JoinWorld>.Explore(new JoinModel(s))))];
    readonly List<(JoinMutant Mutant, Exploration Found)> _broken = [.. JoinMutant.All.Select(m => (m, m.Explore()))];

    /// <summary>Every promise holds and every mutant was found out.</summary>
    public bool IsClean => _explored.All(e => e.Found is { Violation: null, Complete: true }) && _broken.All(b => b.Mutant.Survives(b.Found) is null);

    /// <summary>The tables; nothing in them depends on the machine they were made on.</summary>
    public string Tables =>
        $"""
        | scenario | bounds | states | transitions | depth | |
        |---|---|--:|--:|--:|---|
        {string.Join('\n', _explored.Select(e => string.Create(CultureInfo.InvariantCulture, $"| {e.Scenario.Name} | {e.Scenario.Bounds} | {e.Found.States:N0} | {e.Found.Transitions:N0} | {e.Found.Depth} | {(e.Found.Violation is { } v ? $"BREAKS {v.Property}" : "every promise holds")} |")))}

        | broken on purpose: | breaks | steps of the counterexample |
        |---|---|--:|
        {string.Join('\n', _broken.Select(b => $"| {b.Mutant.Name} | {b.Mutant.Breaks} | {(b.Mutant.Survives(b.Found) is null ? $"{b.Found.Violation!.Steps}" : "SURVIVES")} |"))}

        """;

    /// <summary>The tables and every counterexample.</summary>
    public override string ToString() =>
        Tables + string.Concat(_explored.Select(e => (Name: e.Found.Model, e.Found.Violation)).Concat(_broken.Select(b => (b.Mutant.Name, b.Found.Violation)))
            .Where(found => found.Violation is not null).Select(found => $"\n## {found.Name}\n\n```\n{found.Violation}\n```\n"));

    /// <summary>Writes the tables into a page, between the marks that say where they go.</summary>
    public void Update(string page) => ProofPage.Update(page, "initialization", Tables);
}
