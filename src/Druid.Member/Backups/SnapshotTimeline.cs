using System.Globalization;
using System.Net;
using System.Text;
using Druid.Member.Snapshots;

namespace Druid.Member.Backups;

/// <summary>
/// What a store holds, as a picture: time runs to the right, revisions upwards. A full snapshot is a dot on a line down to
/// the axis, a delta a bar over its revisions; a gap is a red band across. Whatever stands alone up there cannot be restored.
/// </summary>
static class SnapshotTimeline
{
    const int Width = 1200, Height = 500, Left = 110, Right = 30, Top = 50, Bottom = 90;
    const double Widest = 24;

    /// <summary>The picture as an SVG document.</summary>
    /// <param name="list">What the store holds.</param>
    /// <param name="store">Its description, for the title.</param>
    /// <param name="now">Tells which snapshots are immutable.</param>
    public static string Svg(SnapshotList list, string store, DateTimeOffset now)
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" font-family="sans-serif" font-size="12">""").Append('\n');
        svg.Append(CultureInfo.InvariantCulture, $"""<rect width="{Width}" height="{Height}" fill="white"/>""").Append('\n');
        svg.Append(Text(Left, 24, $"Snapshots in {store}", "font-size=\"16\""));
        if (list.All.Count == 0) svg.Append(Text(Left, Height / 2, "none", ""));
        else Draw(svg, list, now);
        return svg.Append("</svg>\n").ToString();
    }

    static void Draw(StringBuilder svg, SnapshotList list, DateTimeOffset now)
    {
        var scale = new Scale(list.All);
        foreach (var (from, to) in SnapshotGaps.Of(list))
            svg.Append(CultureInfo.InvariantCulture, $"""<rect x="{Left}" y="{scale.Y(to):0.#}" width="{Width - Left - Right}" height="{Math.Max(2, scale.Y(from) - scale.Y(to)):0.#}" fill="#f4b6b6"><title>revisions {from} to {to} are in no snapshot</title></rect>""").Append('\n');
        Axes(svg, scale);
        foreach (var snapshot in list.All.OrderBy(found => found.Kind == SnapshotKind.Full))
        {
            var colour = snapshot.IsExcluded ? "#aaaaaa" : snapshot.Kind == SnapshotKind.Full ? "#1f5fa8" : "#5ba35b";
            var frame = snapshot.ImmutableUntil > now ? """ stroke="#8a5a00" stroke-width="2" """ : " ";
            var title = $"<title>{WebUtility.HtmlEncode($"{snapshot.Path}, {SnapshotTable.Size(snapshot.Size)}{(snapshot.IsFinal ? ", final" : "")}{(snapshot.IsExcluded ? ", excluded" : "")}{(snapshot.ImmutableUntil > now ? $", immutable until {snapshot.ImmutableUntil:yyyy-MM-dd HH:mm}Z" : "")}")}</title>";
            var x = scale.X(snapshot.CreatedOn);
            var y = scale.Y(snapshot.LastRevision);
            if (snapshot.Kind == SnapshotKind.Full)
            {
                svg.Append(CultureInfo.InvariantCulture, $"""<line x1="{x:0.#}" y1="{y:0.#}" x2="{x:0.#}" y2="{Height - Bottom}" stroke="{colour}" stroke-opacity="0.35"/>""");
                svg.Append(CultureInfo.InvariantCulture, $"""<circle cx="{x:0.#}" cy="{y:0.#}" r="{scale.Radius(snapshot.Size):0.#}" fill="{colour}"{frame}>{title}</circle>""").Append('\n');
            }
            else
            {
                svg.Append(CultureInfo.InvariantCulture, $"""<rect x="{x - 2:0.#}" y="{y:0.#}" width="4" height="{Math.Max(2, scale.Y(snapshot.StartRevision) - y):0.#}" fill="{colour}"{frame}>{title}</rect>""").Append('\n');
            }
        }
        Legend(svg);
        svg.Append(Text(Left, Height - 14, string.Join("; ", SnapshotTable.Summary(list, now).Skip(list.Chunks.Count > 0 ? 2 : 1).Take(1)), "fill=\"#444444\" font-size=\"11\""));
    }

    static void Axes(StringBuilder svg, Scale scale)
    {
        svg.Append(CultureInfo.InvariantCulture, $"""<path d="M{Left},{Top} V{Height - Bottom} H{Width - Right}" fill="none" stroke="#444444"/>""").Append('\n');
        for (var step = 0; step <= 4; step++)
        {
            var revision = scale.Low + (scale.High - scale.Low) * step / 4;
            var moment = scale.Begin + (scale.End - scale.Begin) * step / 4;
            svg.Append(Text(Left - 8, scale.Y(revision) + 4, revision.ToString(CultureInfo.InvariantCulture), "text-anchor=\"end\""));
            svg.Append(Text(scale.X(moment), Height - Bottom + 18, moment.ToString("MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture), step == 4 ? "text-anchor=\"end\"" : "text-anchor=\"middle\""));
        }
        svg.Append(Text(Left - 8, Top - 12, "revision", "text-anchor=\"end\" fill=\"#444444\""));
    }

    static void Legend(StringBuilder svg)
    {
        var y = Height - 38;
        (string Colour, string Text)[] entries = [("#1f5fa8", "full (larger: more bytes)"), ("#5ba35b", "delta"), ("#aaaaaa", "excluded"), ("#f4b6b6", "gap"), ("#8a5a00", "immutable: framed")];
        var x = Left;
        foreach (var (colour, text) in entries)
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{colour}"/>""");
            svg.Append(Text(x + 14, y, text, "font-size=\"11\""));
            x += 30 + text.Length * 7;
        }
    }

    static string Text(double x, double y, string text, string attributes) =>
        string.Create(CultureInfo.InvariantCulture, $"""<text x="{x:0.#}" y="{y:0.#}" {attributes}>{WebUtility.HtmlEncode(text)}</text>""") + "\n";

    sealed class Scale(IReadOnlyList<Snapshot> all)
    {
        readonly long _largest = Math.Max(1, all.Max(snapshot => snapshot.Size));

        public long Low { get; } = all.Min(snapshot => snapshot.Kind == SnapshotKind.Full ? snapshot.LastRevision : snapshot.StartRevision);

        public long High { get; } = all.Max(snapshot => snapshot.LastRevision);

        public DateTimeOffset Begin { get; } = all.Min(snapshot => snapshot.CreatedOn);

        public DateTimeOffset End { get; } = all.Max(snapshot => snapshot.CreatedOn);

        public double X(DateTimeOffset moment) => Left + Share((moment - Begin).TotalSeconds, (End - Begin).TotalSeconds) * (Width - Left - Right - Widest) + Widest / 2;

        public double Y(long revision) => Height - Bottom - Share(revision - Low, High - Low) * (Height - Top - Bottom);

        public double Radius(long size) => 4 + 8 * Math.Sqrt(size / (double)_largest);

        static double Share(double part, double whole) => whole <= 0 ? 0.5 : part / whole;
    }
}
