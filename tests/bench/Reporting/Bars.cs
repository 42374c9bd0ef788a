using System.Globalization;
using System.Net;
using System.Text;

namespace Druid.MemberBench.Reporting;

/// <summary>Figures as bars, one panel a unit, with the mark of each as a line.</summary>
static class Bars
{
    const int Labels = 620, Width = 420, Row = 22, Gap = 44, Top = 20;

    /// <summary>An SVG.</summary>
    public static string Render(IReadOnlyList<Figure> figures)
    {
        var panels = figures.GroupBy(f => f.Unit).ToList();
        var height = Top + panels.Sum(p => p.Count() * Row + Gap);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Labels + Width + 120}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">");
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>");
        var top = Top;
        foreach (var panel in panels)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"10\" y=\"{top + 14}\" font-size=\"14\" fill=\"#333\">{(panel.Key.Length > 0 ? panel.Key : "ratio")}</text>");
            var most = Math.Max(panel.Max(f => Math.Max(f.Value, f.Most ?? 0)), 1e-6);
            top += 24;
            foreach (var figure in panel)
            {
                Bar(svg, figure, top, most);
                top += Row;
            }
            top += Gap - 24;
        }
        return svg.Append("</svg>\n").ToString();
    }

    static void Bar(StringBuilder svg, Figure figure, int top, double most)
    {
        var (length, missed) = (Width * figure.Value / most, figure.Value > figure.Most);
        var color = missed ? "#d55e00" : figure.Name.StartsWith("etcdctl", StringComparison.Ordinal) || figure.Name.Contains("with etcdctl", StringComparison.Ordinal) ? "#999999" : "#0072b2";
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Labels - 8}\" y=\"{top + 14}\" text-anchor=\"end\">{WebUtility.HtmlEncode(figure.Key)}</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Labels}\" y=\"{top + 3}\" width=\"{length:0.0}\" height=\"{Row - 7}\" fill=\"{color}\"/>");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Labels + length + 6:0.0}\" y=\"{top + 14}\" fill=\"#333\">{Report.Number(figure.Value, figure.Unit)}</text>");
        if (figure.Most is { } mark)
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Labels + Width * mark / most:0.0} {top}v{Row - 1}\" stroke=\"#cc0000\" stroke-width=\"2\"/>");
    }
}
