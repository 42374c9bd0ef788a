namespace Druid.MemberTests.Stores;

/// <summary>A clock whose timers run ten times as fast, so that pauses between attempts and time limits do not take minutes.</summary>
sealed class HurriedTime : TimeProvider
{
    const int Haste = 10;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, Hurried(dueTime), Hurried(period));

    static TimeSpan Hurried(TimeSpan span) => span == Timeout.InfiniteTimeSpan ? span : span / Haste;
}
