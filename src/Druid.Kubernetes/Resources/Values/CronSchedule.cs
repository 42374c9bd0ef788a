using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Druid.Kubernetes.Resources;

/// <summary>Points in time that recur, written in the five fields of cron: minute, hour, day of month, month, day of week. All times are UTC.</summary>
/// <remarks>
/// A field is a list of numbers, ranges, * or ?, each with an optional /step; months and days of the week may be three-letter names;
/// Sunday is 0. As in every cron, where both day fields are restricted a day that satisfies one of them is enough.
/// </remarks>
public sealed class CronSchedule
{
    // Every schedule that can ever come true does so within the eight years between leap years around 2100.
    const int FarthestYears = 8;

    readonly ulong _minutes;
    readonly ulong _hours;
    readonly ulong _days;
    readonly ulong _months;
    readonly ulong _weekdays;
    readonly bool _anyDay;
    readonly bool _anyWeekday;
    readonly string _text;

    CronSchedule(string text, Field minutes, Field hours, Field days, Field months, Field weekdays)
    {
        (_minutes, _hours, _days, _months, _weekdays) = (minutes.Set, hours.Set, days.Set, months.Set, weekdays.Set);
        (_anyDay, _anyWeekday) = (days.IsAny, weekdays.IsAny);
        _text = text;
    }

    /// <summary>Reads a schedule.</summary>
    /// <exception cref="FormatException">The text is none; the message names the field and says what it must be.</exception>
    public static CronSchedule Parse(string text) =>
        Read(text, out var schedule, out var problem) ? schedule : throw new FormatException($"'{text}' is not a cron schedule: {problem}.");

    /// <summary>Reads a schedule, if the text is one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out CronSchedule? schedule)
    {
        schedule = null;
        return text is not null && Read(text, out schedule, out _);
    }

    /// <summary>The first point in time after the given one; null if there never is one, as on 30 February.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var time = new DateTime(after.UtcTicks - after.UtcTicks % TimeSpan.TicksPerMinute, DateTimeKind.Utc).AddMinutes(1);
        var last = Math.Min(DateTime.MaxValue.Year - 1, time.Year + FarthestYears);
        while (time.Year <= last)
        {
            if (!Has(_months, time.Month)) time = new DateTime(time.Year, time.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(1);
            else if (!IsDay(time)) time = time.Date.AddDays(1);
            else if (!Has(_hours, time.Hour)) time = time.Date.AddHours(time.Hour + 1);
            else if (!Has(_minutes, time.Minute)) time = time.AddMinutes(1);
            else return new DateTimeOffset(time, TimeSpan.Zero);
        }
        return null;
    }

    /// <summary>The time between the next two points after the given one: how long it may take until something scheduled happens again.</summary>
    /// <returns>Null if there are no two.</returns>
    public TimeSpan? Interval(DateTimeOffset after) => Next(after) is { } first && Next(first) is { } second ? second - first : null;

    /// <summary>The schedule as it was written.</summary>
    public override string ToString() => _text;

    bool IsDay(DateTime time)
    {
        var day = Has(_days, time.Day);
        var weekday = Has(_weekdays, (int)time.DayOfWeek);
        return _anyDay || _anyWeekday ? day && weekday : day || weekday;
    }

    static bool Has(ulong set, int value) => (set >> value & 1) != 0;

    static bool Read(string text, [NotNullWhen(true)] out CronSchedule? schedule, [NotNullWhen(false)] out string? problem)
    {
        schedule = null;
        var fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        problem = fields.Length == 5 ? null : $"it has {fields.Length} fields, not the five minute, hour, day of month, month and day of week";
        if (problem is not null) return false;

        var read = new Field[5];
        for (var i = 0; i < 5; i++)
        {
            problem = Ranges[i].Read(fields[i], out read[i]);
            if (problem is not null) return false;
        }
        problem = null;
        schedule = new(text, read[0], read[1], read[2], read[3], read[4]);
        return true;
    }

    static readonly Range[] Ranges =
    [
        new("minute", 0, 59, []),
        new("hour", 0, 23, []),
        new("day of month", 1, 31, []),
        new("month", 1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
        new("day of week", 0, 6, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ];

    /// <summary>The numbers that a field admits, a bit each, and whether it is * or ? and so restricts nothing.</summary>
    readonly record struct Field(ulong Set, bool IsAny);

    /// <summary>What a field can say.</summary>
    sealed record Range(string Name, int Min, int Max, string[] Names)
    {
        /// <summary>Reads a field. Returns what is wrong, or null.</summary>
        public string? Read(string text, out Field field)
        {
            field = default;
            foreach (var part in text.Split(','))
            {
                if (ReadPart(part, out var item) is { } problem) return problem;
                field = new(field.Set | item.Set, field.IsAny || item.IsAny);
            }
            return null;
        }

        string? ReadPart(string part, out Field field)
        {
            field = default;
            var (range, step) = part.Split('/') switch
            {
                [var whole] => (whole, 1),
                [var whole, var by] when int.TryParse(by, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 => (whole, number),
                _ => ("", 0),
            };
            if (step == 0) return $"the step of {Name} '{part}' must be one number above 0, as in */5";

            var any = range is "*" or "?";
            int? first, last;
            if (any) (first, last) = (Min, Max);
            else if (range.Split('-') is [var from, var to]) (first, last) = (Value(from), Value(to));
            else (first, last) = (Value(range), part.Contains('/', StringComparison.Ordinal) ? Max : Value(range));
            if (first is null || last is null) return $"{Name} '{part}' must be made of numbers from {Min} to {Max}{Examples}";
            if (first > last) return $"the range of {Name} '{part}' must not run backwards";

            ulong set = 0;
            for (long value = first.Value; value <= last; value += step) set |= 1ul << (int)value;
            field = new(set, any && step == 1);
            return null;
        }

        int? Value(string text)
        {
            var name = Array.FindIndex(Names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
            if (name >= 0) return name + Min;
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= Min && number <= Max ? number : null;
        }

        string Examples => Names.Length == 0 ? "" : $" or names such as {Names[0]}";
    }
}
