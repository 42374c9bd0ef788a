using System.Globalization;
using System.Text;
using Druid.LoadTests.Measuring;

namespace Druid.LoadTests.Reporting;

/// <summary>A run as a picture: clusters, requests a second, CPU and memory over time, with the scenarios as bands.</summary>
static class Plot
{
    const int Width = 900, Height = 130, Left = 70, Gap = 40, Top = 50;

    /// <summary>An SVG of a timeline.</summary>
    public static string Render(string title, IReadOnlyList<Moment> moments)
    {
        var svg = new StringBuilder();
        if (moments.Count < 2) return "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
        (string Name, (string Name, string Color, Func<int, double> Value)[] Lines)[] panels =
        [
            ("clusters", [("declared", "#999", i => moments[i].Clusters), ("with StatefulSet", "#e69f00", i => moments[i].StatefulSets), ("ready", "#009e73", i => moments[i].Ready)]),
            ("requests a second", [("requests a second", "#0072b2", i => Rate(moments, i, m => m.Operator.AllRequests))]),
            ("CPU, cores", [
                ("operator", "#d55e00", i => Rate(moments, i, m => m.Operator.CpuSeconds)),
                ("control plane", "#0072b2", i => Rate(moments, i, m => m.Machine.ApiServer + m.Machine.Etcd + m.Machine.Controllers)),
                ("simulated nodes", "#009e73", i => Rate(moments, i, m => m.Machine.Nodes)),
                ("whole machine", "#999", i => Rate(moments, i, m => m.Machine.All))]),
            ("memory, MB", [("resident", "#cc79a7", i => moments[i].Operator.ResidentMegabytes), ("its own", "#56b4e9", i => moments[i].Operator.OwnMegabytes), ("managed", "#e69f00", i => moments[i].Operator.HeapMegabytes)]),
        ];
        var total = Top + panels.Length * (Height + Gap);
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Left + Width + 160}\" height=\"{total}\" font-family=\"sans-serif\" font-size=\"12\">");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"100%\" height=\"100%\" fill=\"white\"/><text x=\"{Left}\" y=\"20\" font-size=\"16\">{title}</text>");
        Bands(svg, moments, total);
        for (var i = 0; i < panels.Length; i++) Panel(svg, moments, Top + i * (Height + Gap), panels[i].Name, panels[i].Lines);
        return svg.Append("</svg>").ToString();
    }

    static void Bands(StringBuilder svg, IReadOnlyList<Moment> moments, int total)
    {
        var even = false;
        foreach (var band in moments.GroupBy(m => m.Scenario))
        {
            double from = X(moments, band.First().Seconds), to = X(moments, band.Last().Seconds);
            if (even) svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{from:0.0}\" y=\"30\" width=\"{to - from:0.0}\" height=\"{total - 60}\" fill=\"#f3f3f3\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{from + 2:0.0}\" y=\"40\" fill=\"#555\">{band.Key}</text>");
            even = !even;
        }
    }

    static void Panel(StringBuilder svg, IReadOnlyList<Moment> moments, int top, string name, (string Name, string Color, Func<int, double> Value)[] lines)
    {
        var max = Math.Max(lines.Max(l => Enumerable.Range(0, moments.Count).Max(l.Value)), 1e-3);
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{top + 12}\" fill=\"#333\">{name}</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {top + 18}V{top + Height}H{Left + Width}\" fill=\"none\" stroke=\"#333\"/>");
        foreach (var part in (double[])[0, 0.5, 1])
        {
            var y = Y(top, part * max, max);
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{y + 4:0.0}\" text-anchor=\"end\" fill=\"#555\">{part * max:0.##}</text>");
        }
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + Width}\" y=\"{top + Height + 14}\" text-anchor=\"end\" fill=\"#555\">{moments[^1].Seconds:0} s</text>");
        for (var l = 0; l < lines.Length; l++)
        {
            var points = Enumerable.Range(0, moments.Count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{X(moments, moments[i].Seconds):0.0},{Y(top, lines[l].Value(i), max):0.0}"));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{string.Join(' ', points)}\" fill=\"none\" stroke=\"{lines[l].Color}\" stroke-width=\"1.5\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + Width + 10}\" y=\"{top + 30 + 18 * l}\" fill=\"{lines[l].Color}\">{lines[l].Name}</text>");
        }
    }

    static double Rate(IReadOnlyList<Moment> moments, int i, Func<Moment, double> value) =>
        i == 0 ? 0 : Math.Max(0, (value(moments[i]) - value(moments[i - 1])) / Math.Max(moments[i].Seconds - moments[i - 1].Seconds, 1e-3));

    static double X(IReadOnlyList<Moment> moments, double seconds) => Left + Width * (seconds - moments[0].Seconds) / Math.Max(moments[^1].Seconds - moments[0].Seconds, 1e-3);

    static double Y(int top, double value, double max) => top + Height - (Height - 18) * value / max;
}
