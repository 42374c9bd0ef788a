using System.Globalization;
using Druid.Kubernetes.Resources;

namespace Druid.UnitTests.Api;

public class CronScheduleTests
{
    [Theory]
    // minute, hour
    [InlineData("* * * * *", "2026-03-01T10:00:00Z", "2026-03-01T10:01:00Z")]
    [InlineData("*/15 * * * *", "2026-03-01T10:14:59Z", "2026-03-01T10:15:00Z")]
    [InlineData("*/15 * * * *", "2026-03-01T10:46:00Z", "2026-03-01T11:00:00Z")]
    [InlineData("5/20 * * * *", "2026-03-01T10:00:00Z", "2026-03-01T10:05:00Z")]
    [InlineData("5/20 * * * *", "2026-03-01T10:45:00Z", "2026-03-01T11:05:00Z")]
    [InlineData("30-40/10 * * * *", "2026-03-01T10:30:00Z", "2026-03-01T10:40:00Z")]
    [InlineData("0 22 * * *", "2026-12-31T22:00:00Z", "2027-01-01T22:00:00Z")]
    [InlineData("0 8,20 * * *", "2026-03-01T08:00:01Z", "2026-03-01T20:00:00Z")]
    // day of month, month
    [InlineData("0 0 31 * *", "2026-04-01T00:00:00Z", "2026-05-31T00:00:00Z")]
    [InlineData("0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 29 2 *", "2096-02-29T00:00:00Z", "2104-02-29T00:00:00Z")]
    [InlineData("15 3 * jan,JUL *", "2026-02-01T00:00:00Z", "2026-07-01T03:15:00Z")]
    [InlineData("0 0 */10 * *", "2026-03-11T00:00:00Z", "2026-03-21T00:00:00Z")]
    // day of week: 2026-03-01 is a Sunday
    [InlineData("0 0 * * 0", "2026-03-01T00:00:00Z", "2026-03-08T00:00:00Z")]
    [InlineData("0 12 * * mon-fri", "2026-03-06T13:00:00Z", "2026-03-09T12:00:00Z")]
    [InlineData("0 12 * * 1-5/2", "2026-03-02T12:00:00Z", "2026-03-04T12:00:00Z")]
    // both day fields: either is enough, unless one is * or ?
    [InlineData("0 0 13 * fri", "2026-03-01T00:00:00Z", "2026-03-06T00:00:00Z")]
    [InlineData("0 0 13 * fri", "2026-05-09T00:00:00Z", "2026-05-13T00:00:00Z")]
    [InlineData("0 0 ? * fri", "2026-03-01T00:00:00Z", "2026-03-06T00:00:00Z")]
    [InlineData("0 0 13 * ?", "2026-03-01T00:00:00Z", "2026-03-13T00:00:00Z")]
    [InlineData("0 0 */2 * mon", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")]
    // another time zone is the same instant
    [InlineData("0 0 * * *", "2026-03-01T01:30:00+02:00", "2026-03-01T00:00:00Z")]
    public void The_next_time_comes_after_the_given_one(string schedule, string after, string next) =>
        Assert.Equal(Time(next), CronSchedule.Parse(schedule).Next(Time(after)));

    [Fact]
    public void What_never_comes_has_no_next_time() => Assert.Null(CronSchedule.Parse("0 0 30 2 *").Next(Time("2026-01-01T00:00:00Z")));

    [Fact]
    public void The_interval_is_the_time_between_two_of_them()
    {
        Assert.Equal(TimeSpan.FromHours(6), CronSchedule.Parse("0 */6 * * *").Interval(Time("2026-03-01T01:00:00Z")));
        Assert.Equal(TimeSpan.FromDays(28), CronSchedule.Parse("0 0 1 2,3 *").Interval(Time("2026-01-05T00:00:00Z")));
        Assert.Null(CronSchedule.Parse("0 0 31 4 *").Interval(Time("2026-01-05T00:00:00Z")));
    }

    [Theory]
    [InlineData("", "it has 0 fields")]
    [InlineData("0 * * *", "it has 4 fields")]
    [InlineData("@daily", "it has 1 fields")]
    [InlineData("60 * * * *", "minute '60' must be made of numbers from 0 to 59")]
    [InlineData("* 24 * * *", "hour '24'")]
    [InlineData("* * 0 * *", "day of month '0' must be made of numbers from 1 to 31")]
    [InlineData("* * * dec-jan *", "month 'dec-jan' must not run backwards")]
    [InlineData("* * * * 7", "day of week '7' must be made of numbers from 0 to 6 or names such as sun")]
    [InlineData("*/0 * * * *", "the step of minute '*/0'")]
    [InlineData("*/5/5 * * * *", "the step of minute")]
    [InlineData("1-2-3 * * * *", "minute '1-2-3'")]
    [InlineData("-1 * * * *", "minute '-1'")]
    [InlineData("+1 * * * *", "minute '+1'")]
    [InlineData(", * * * *", "minute ''")]
    [InlineData("* * * may-xyz *", "month 'may-xyz'")]
    public void What_is_no_schedule_is_refused_with_the_field_that_is_wrong(string text, string problem)
    {
        Assert.Contains(problem, Assert.Throws<FormatException>(() => CronSchedule.Parse(text)).Message, StringComparison.Ordinal);
        Assert.False(CronSchedule.TryParse(text, out _));
    }

    [Fact]
    public void A_step_beyond_the_range_leaves_its_start() =>
        Assert.Equal(Time("2026-03-01T11:00:00Z"), CronSchedule.Parse("*/2147483647 * * * *").Next(Time("2026-03-01T10:00:00Z")));

    // Any schedule: Next is a whole minute after the given time, and nothing in between is one: stepping back a minute finds it again.
    [Fact]
    public void Next_skips_nothing()
    {
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            var schedule = CronSchedule.Parse($"{random.Next(60)}/{random.Next(1, 30)} */{random.Next(1, 12)} * {random.Next(1, 13)}/{random.Next(1, 5)} {random.Next(7)}-6");
            var after = Time("2026-01-01T00:00:00Z").AddMinutes(random.Next(2_000_000)).AddSeconds(random.Next(60));

            var next = schedule.Next(after)!.Value;

            Assert.True(next > after && next.Second == 0);
            Assert.Equal(next, schedule.Next(next.AddTicks(-1)));
            Assert.Equal(next, schedule.Next(after.AddTicks((next - after).Ticks / 2)));
        }
    }

    static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
