using System.Globalization;

namespace Druid.Cli.Output;

/// <summary>How long ago something was, as kubectl tells it: in its two largest units at most.</summary>
static class Age
{
    /// <summary>As in <c>45s</c>, <c>3m</c>, <c>5h</c>, <c>2d</c>; null for no time at all.</summary>
    public static string? Of(DateTimeOffset? at, DateTimeOffset now) => at is null || at == default(DateTimeOffset) ? null : Of(now - at.Value);

    static string Of(TimeSpan age) => age switch
    {
        { TotalSeconds: < 0 } => "0s",
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalSeconds}s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalMinutes}m"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalHours}h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalDays}d"),
    };
}
