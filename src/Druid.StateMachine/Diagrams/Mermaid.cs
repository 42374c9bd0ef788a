using System.Text;
using Druid.StateMachine.Machines;

namespace Druid.StateMachine.Diagrams;

/// <summary>Draws a machine as a Mermaid state diagram, from its definition.</summary>
public static class Mermaid
{
    /// <summary>The diagram's text; the same machine and options give the same bytes.</summary>
    public static string Draw<TView>(Machine<TView> machine, DiagramOptions? options = null)
    {
        options ??= new();
        var text = new StringBuilder();
        text.Append("stateDiagram-v2\n");
        foreach (var region in machine.Regions)
        {
            var indent = "  ";
            if (machine.Regions.Length > 1)
            {
                text.Append($"  state \"{region.Name}\" as {Id(region.Name)} {{\n");
                indent = "    ";
            }
            DrawStates(text, region, region.States, indent, options.Overview);
            foreach (var arrow in Arrow.Of(region, options))
            {
                var from = arrow.From is null ? Id(region.Name, "any") : Id(region.Name, arrow.From);
                var to = arrow.To is null ? from : Id(region.Name, arrow.To);
                text.Append($"{indent}{from} --> {to}: {Escape(arrow.Label("<br/>"))}\n");
            }
            if (region.Rules.Length > 0)
            {
                text.Append($"{indent}state \"in any state\" as {Id(region.Name, "any")}\n");
            }
            if (options.Current?.GetValueOrDefault(region.Name) is { } current)
            {
                text.Append($"{indent}class {Id(region.Name, current)} current\n");
            }
            if (machine.Regions.Length > 1)
            {
                text.Append("  }\n");
            }
        }
        if (options.Current is not null)
        {
            text.Append("  classDef current fill:#ffd54f,stroke:#e65100,stroke-width:3px\n");
        }
        return text.ToString();
    }

    static void DrawStates<TView>(StringBuilder text, Region<TView> region, IEnumerable<State<TView>> states, string indent, bool overview)
    {
        var first = true;
        foreach (var state in states)
        {
            if (first)
            {
                text.Append($"{indent}[*] --> {Id(region.Name, state.Path)}\n");
                first = false;
            }
            text.Append($"{indent}state \"{state.Name}\" as {Id(region.Name, state.Path)}");
            if (state.IsLeaf || overview)
            {
                text.Append('\n');
            }
            else
            {
                text.Append(" {\n");
                DrawStates(text, region, state.Substates, indent + "  ", overview);
                text.Append($"{indent}}}\n");
            }
            if (overview)
            {
                continue;
            }
            text.Append($"{indent}note right of {Id(region.Name, state.Path)}: {Escape(state.Meaning)}\n");
        }
    }

    // Colons end a label in Mermaid and semicolons end a statement.
    static string Escape(string s) => s.Replace(":", "#58;", StringComparison.Ordinal).Replace(";", "#59;", StringComparison.Ordinal);

    static string Id(params string[] parts) => string.Join("_", parts).Replace('/', '_').Replace('-', '_');
}
