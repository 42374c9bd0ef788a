using System.Text;
using Druid.StateMachine.Machines;

namespace Druid.StateMachine.Diagrams;

/// <summary>Draws a machine as a Graphviz graph, from its definition: <c>dot -Tsvg</c> makes the picture.</summary>
public static class Dot
{
    /// <summary>The graph's text; the same machine and options give the same bytes.</summary>
    public static string Draw<TView>(Machine<TView> machine, DiagramOptions? options = null)
    {
        options ??= new();
        var text = new StringBuilder();
        text.Append($"digraph \"{machine.Name}\" {{\n");
        text.Append($"  label=\"{machine.Name}: {Escape(machine.Meaning)}\"; labelloc=t; fontname=\"Helvetica\"; fontsize=16;\n");
        text.Append("  compound=true; rankdir=TB; nodesep=0.6; ranksep=0.9;\n");
        text.Append("  node [shape=box, style=\"rounded,filled\", fillcolor=\"#f5f9ff\", color=\"#34659d\", fontname=\"Helvetica\", fontsize=11];\n");
        text.Append("  edge [fontname=\"Helvetica\", fontsize=9, color=\"#555555\", fontcolor=\"#333333\"];\n");
        foreach (var region in machine.Regions)
        {
            DrawRegion(text, machine, region, options);
        }
        return text.Append("}\n").ToString();
    }

    static void DrawRegion<TView>(StringBuilder text, Machine<TView> machine, Region<TView> region, DiagramOptions options)
    {
        text.Append($"  subgraph \"cluster_{region.Name}\" {{\n");
        text.Append($"    label=\"{(machine.Regions.Length > 1 ? $"region {region.Name}" : "")}\"; style=dashed; color=\"#999999\";\n");
        text.Append($"    \"{region.Name}:start\" [shape=circle, label=\"\", width=0.18, fillcolor=black, color=black];\n");
        DrawStates(text, region, region.States, options, "    ");
        if (region.Rules.Length > 0)
        {
            text.Append($"    \"{region.Name}:any\" [label=\"in any state\", style=\"rounded,dashed\", fillcolor=white];\n");
        }
        text.Append($"    \"{region.Name}:start\" -> \"{region.Name}:{End(region, region.States[0].Path, options)}\";\n");
        foreach (var arrow in Arrow.Of(region, options))
        {
            var from = arrow.From ?? "any";
            var to = arrow.To ?? from;
            text.Append($"    \"{region.Name}:{End(region, from, options)}\" -> \"{region.Name}:{End(region, to, options)}\" [label=\"{Escape(arrow.Label("\\l"))}\\l\"{Ends(region, from, to, options)}];\n");
        }
        text.Append("  }\n");
    }

    static void DrawStates<TView>(StringBuilder text, Region<TView> region, IEnumerable<State<TView>> states, DiagramOptions options, string indent)
    {
        var current = options.Current?.GetValueOrDefault(region.Name);
        foreach (var state in states)
        {
            if (state.IsLeaf || options.Overview)
            {
                var mark = state.Path == current ? ", fillcolor=\"#ffd54f\", color=\"#e65100\", penwidth=3" : "";
                text.Append($"{indent}\"{region.Name}:{state.Path}\" [label=\"{state.Name}\\n{Escape(Fold(state.Meaning))}\"{mark}];\n");
            }
            else
            {
                text.Append($"{indent}subgraph \"cluster_{region.Name}:{state.Path}\" {{\n");
                text.Append($"{indent}  label=\"{state.Name}: {Escape(Fold(state.Meaning))}\"; style=\"rounded,filled\"; fillcolor=\"#eef3f8\"; color=\"#34659d\";\n");
                DrawStates(text, region, state.Substates, options, indent + "  ");
                text.Append($"{indent}}}\n");
            }
        }
    }

    // Graphviz joins nodes, not clusters: an arrow of a composite ends at its entry leaf and is clipped at its border.
    static string End<TView>(Region<TView> region, string path, DiagramOptions options) =>
        options.Overview ? path : region.Find(path)?.Entry.Path ?? path;

    static string Ends<TView>(Region<TView> region, string from, string to, DiagramOptions options)
    {
        if (options.Overview)
        {
            return "";
        }
        var tail = region.Find(from) is { IsLeaf: false } f ? $", ltail=\"cluster_{region.Name}:{f.Path}\"" : "";
        var head = region.Find(to) is { IsLeaf: false } t ? $", lhead=\"cluster_{region.Name}:{t.Path}\"" : "";
        return from == to ? "" : tail + head;
    }

    static string Fold(string sentence)
    {
        var folded = new StringBuilder();
        var column = 0;
        foreach (var word in sentence.Split(' '))
        {
            if (column + word.Length > 34)
            {
                folded.Append('\n');
                column = 0;
            }
            else if (column > 0)
            {
                folded.Append(' ');
                column++;
            }
            folded.Append(word);
            column += word.Length;
        }
        return folded.ToString();
    }

    static string Escape(string s) => s.Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
