using Druid.Member.Maintenance;
using Druid.Member.Snapshots;

namespace Druid.UnitTests.Member.Maintenance;

public class RetentionTests
{
    static readonly DateTimeOffset Now = new(2026, 6, 17, 15, 30, 0, TimeSpan.Zero);

    [Fact]
    public void A_limit_keeps_so_many_of_the_newest_full_snapshots()
    {
        var all = Enumerable.Range(1, 10).Select(i => Full(i * 100, Now.AddHours(i - 11))).ToList();

        Assert.Equal([100, 200, 300, 400, 500, 600], Garbage(all, Limit(4)).Select(s => s.LastRevision));
        Assert.Empty(Garbage(all, Limit(20)));
    }

    [Fact]
    public void A_limit_of_one_keeps_the_newest() => Assert.Equal([1, 2], Garbage([Full(1, Now.AddHours(-3)), Full(2, Now.AddHours(-2)), Full(3, Now.AddHours(-1))], Limit(1)).Select(s => s.LastRevision));

    [Fact]
    public void Exponentially_all_of_this_hour_one_an_hour_of_today_one_a_day_of_the_week_and_one_a_week_of_the_month_are_kept()
    {
        // One each ten minutes, for six weeks.
        var first = Now.AddDays(-42);
        var all = Enumerable.Range(0, 42 * 144 + 1).Select(i => Full(i + 1, first.AddMinutes(10 * i))).ToList();

        var kept = all.Except(Garbage(all, Exponential)).Select(s => s.CreatedOn).OrderDescending().ToList();

        var thisHour = kept.Where(t => t >= Now.Date.AddHours(15)).ToList();
        Assert.Equal(4, thisHour.Count);
        var today = kept.Where(t => t >= Now.Date && t < Now.Date.AddHours(15)).ToList();
        Assert.Equal(Enumerable.Range(0, 15).Reverse(), today.Select(t => t.Hour));
        Assert.All(today, t => Assert.Equal(50, t.Minute));
        var week = kept.Where(t => t < Now.Date && t >= Now.Date.AddDays(-7)).ToList();
        Assert.Equal(Enumerable.Range(1, 7).Select(i => Now.Date.AddDays(-i).AddHours(23).AddMinutes(50)), week.Select(t => t.UtcDateTime));
        // The week that the last seven days cut, and four whole ones.
        var older = kept.Where(t => t < Now.Date.AddDays(-7)).ToList();
        Assert.Equal(5, older.Count);
        Assert.All(older.Skip(1), t => Assert.Equal(DayOfWeek.Sunday, t.DayOfWeek));
        Assert.Equal(kept.Count, thisHour.Count + today.Count + week.Count + older.Count);
    }

    [Fact]
    public void What_was_kept_once_does_not_make_garbage_of_all_that_came_before()
    {
        // Collected hourly for sixty days, as in life: no gap may open that the policy does not have.
        var kept = new List<Snapshot>();
        for (var hour = 0; hour < 60 * 24; hour++)
        {
            var now = Now.AddHours(hour);
            kept.Add(Full(hour + 1, now));
            kept = [.. kept.Except(Garbage(kept, Exponential, now))];
        }

        var end = Now.AddHours(60 * 24 - 1);
        Assert.Equal(8, kept.Where(s => s.CreatedOn > end.AddDays(-7)).Select(s => s.CreatedOn.Date).Distinct().Count());
        Assert.True(kept.Min(s => s.CreatedOn) < end.AddDays(-28), $"the oldest is of {kept.Min(s => s.CreatedOn):u}");
        Assert.InRange(kept.Count, 15 + 7 + 4, 15 + 7 + 6);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_newest_full_snapshot_stays_with_everything_after_it(bool exponential)
    {
        var all = (List<Snapshot>)[Full(10, Now.AddDays(-90)), Delta(11, 20, Now.AddDays(-89)), Delta(21, 30, Now.AddDays(-1))];

        Assert.Empty(Garbage(all, exponential ? Exponential : Limit(1)));
    }

    [Fact]
    public void Deltas_that_a_full_snapshot_covers_are_kept_for_their_time()
    {
        var options = Limit(1) with { DeltaRetention = TimeSpan.FromHours(1) };
        var all = (List<Snapshot>)[Delta(1, 10, Now.AddHours(-3)), Delta(11, 20, Now.AddMinutes(-30)), Full(20, Now.AddMinutes(-20)), Delta(21, 30, Now.AddHours(-2))];

        Assert.Equal([10], Garbage(all, options).Select(s => s.LastRevision));
        Assert.Equal([10, 20], Garbage(all, options with { DeltaRetention = TimeSpan.Zero }).Select(s => s.LastRevision));
    }

    [Fact]
    public void What_the_store_holds_on_to_is_not_asked_for_until_it_lets_go()
    {
        var held = Full(1, Now.AddHours(-3)) with { ImmutableUntil = Now.AddMinutes(1) };
        var free = Full(2, Now.AddHours(-2)) with { ImmutableUntil = Now.AddMinutes(-1) };

        Assert.Equal([free], Garbage([held, free, Full(3, Now.AddHours(-1))], Limit(1)));
        Assert.Equal([held, free], Garbage([held, free, Full(3, Now.AddHours(-1))], Limit(1), Now.AddHours(1)));
    }

    [Fact]
    public void An_excluded_snapshot_protects_nothing_and_covers_nothing()
    {
        var excluded = Full(100, Now) with { IsExcluded = true };
        var all = (List<Snapshot>)[Full(50, Now.AddDays(-1)), Delta(51, 100, Now.AddHours(-5)), excluded];

        Assert.Empty(Garbage(all, Limit(1)));
        Assert.Empty(Garbage([excluded], Limit(1)));
    }

    static readonly RetentionOptions Exponential = new() { Policy = RetentionPolicy.Exponential, MostFull = 7, DeltaRetention = TimeSpan.Zero, Period = TimeSpan.FromMinutes(1) };

    static RetentionOptions Limit(int most) => Exponential with { Policy = RetentionPolicy.LimitBased, MostFull = most };

    static List<Snapshot> Garbage(IReadOnlyList<Snapshot> all, RetentionOptions options, DateTimeOffset? now = null) => [.. Retention.Garbage(all, options, now ?? Now)];

    static Snapshot Full(long revision, DateTimeOffset created) => new() { Kind = SnapshotKind.Full, StartRevision = 0, LastRevision = revision, CreatedOn = created };

    static Snapshot Delta(long from, long to, DateTimeOffset created) => new() { Kind = SnapshotKind.Delta, StartRevision = from, LastRevision = to, CreatedOn = created };
}
