using Spectre.Console;

namespace Druid.Cli.Output;

/// <summary>A table as kubectl draws them: headings in capitals, no lines.</summary>
sealed class Grid
{
    readonly Table table = new Table().NoBorder();

    public Grid(params string[] headings)
    {
        foreach (var (index, heading) in headings.Index())
        {
            table.AddColumn(new TableColumn(new Text(heading, new Style(decoration: Decoration.Bold))).NoWrap().PadLeft(0).PadRight(index == headings.Length - 1 ? 0 : 3));
        }
    }

    /// <summary>Adds a row; what is null is shown as a dash.</summary>
    public Grid Row(params string?[] cells)
    {
        table.AddRow(cells.Select(cell => new Text(cell is { Length: > 0 } ? cell : "-", Colour(cell))));
        return this;
    }

    public void Write(Terminal terminal) => terminal.Console.Write(table);

    // Words that say how something is; the same colours everywhere.
    static Style? Colour(string? cell) => cell switch
    {
        "Ready" or "Quorate" or "True" or "Succeeded" or "Leader" => new Style(Color.Green),
        "Degraded" or "Unknown" or "Progressing" or "Suspended" or "Pending" or "InProgress" => new Style(Color.Yellow),
        "QuorumLost" or "NotReady" or "False" or "Failed" or "Rejected" or "Invalid" or "Error" => new Style(Color.Red),
        _ => null,
    };
}
