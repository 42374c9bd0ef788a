using System.Globalization;
using System.Text;
using Druid.LoadTests.Scenarios;

namespace Druid.LoadTests.Reporting;

/// <summary>How figures grow with the number of clusters, each in a panel, beside what growing in proportion would be.</summary>
static class Growth
{
    const int Columns = 3, Width = 270, Height = 150, Left = 60, Top = 60, GapX = 80, GapY = 70;

    static readonly (string Scenario, string Figure)[] Panels =
    [
        ("create", "CPU"), ("create", "to Ready, all"), ("create", "requests"),
        ("create", "memory, peak resident"), ("rest", "memory, managed"), ("rest", "CPU a renewal"),
        ("changes", "change to template, p99"), ("storm", "CPU a change"), ("restart", "start until the first reconcile is over"),
    ];

    /// <summary>An SVG.</summary>
    public static string Render(IReadOnlyList<Outcome> outcomes)
    {
        var svg = new StringBuilder();
        var rows = (Panels.Length + Columns - 1) / Columns;
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Left + Columns * (Width + GapX)}\" height=\"{Top + rows * (Height + GapY)}\" font-family=\"sans-serif\" font-size=\"12\">");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"100%\" height=\"100%\" fill=\"white\"/><text x=\"{Left}\" y=\"22\" font-size=\"16\">Growth with the number of clusters; dashed: in proportion from the smallest</text>");
        for (var i = 0; i < Panels.Length; i++)
        {
            var (scenario, figure) = Panels[i];
            var points = outcomes.Where(o => o.Scenario == scenario && o.Clusters >= 100).OrderBy(o => o.Clusters)
                .Select(o => (o.Clusters, Figure: o.Find(figure))).Where(p => p.Figure is not null && double.IsFinite(p.Figure.Value)).Select(p => (p.Clusters, p.Figure!)).ToList();
            if (points.Count > 0) Panel(svg, Left + i % Columns * (Width + GapX), Top + i / Columns * (Height + GapY), $"{scenario}: {figure}", points);
        }
        return svg.Append("</svg>\n").ToString();
    }

    static void Panel(StringBuilder svg, int left, int top, string name, List<(int Clusters, Figure Figure)> points)
    {
        var (widest, highest) = ((double)points[^1].Clusters, Math.Max(points.Max(p => p.Figure.Value), 1e-9));
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left}\" y=\"{top + 10}\" fill=\"#333\">{name}</text><path d=\"M{left} {top + 18}V{top + Height}H{left + Width}\" fill=\"none\" stroke=\"#333\"/>");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left - 5}\" y=\"{top + 28}\" text-anchor=\"end\" fill=\"#555\">{Tables.Number(points[0].Figure with { Value = highest })}</text>");
        var (x0, y0) = At(points[0].Clusters, points[0].Figure.Value);
        // Ends at the edge of the panel, wherever that is.
        var reach = Math.Min(widest, points[0].Figure.Value > 0 ? highest * points[0].Clusters / points[0].Figure.Value : widest);
        var (x1, y1) = At(reach, points[0].Figure.Value * reach / points[0].Clusters);
        svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{x0:0.0} {y0:0.0}L{x1:0.0} {y1:0.0}\" stroke=\"#999\" stroke-dasharray=\"4 3\"/>");
        svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{string.Join(' ', points.Select(p => At(p.Clusters, p.Figure.Value)).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.X:0.0},{p.Y:0.0}")))}\" fill=\"none\" stroke=\"#0072b2\" stroke-width=\"1.5\"/>");
        foreach (var (clusters, figure) in points)
        {
            var (x, y) = At(clusters, figure.Value);
            svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{x:0.0}\" cy=\"{y:0.0}\" r=\"3\" fill=\"#0072b2\"/><text x=\"{x:0.0}\" y=\"{top + Height + 15}\" text-anchor=\"middle\" fill=\"#555\">{clusters:#,0}</text>");
        }

        (double X, double Y) At(double clusters, double value) => (left + Width * clusters / widest, top + Height - (Height - 22) * value / highest);
    }
}
