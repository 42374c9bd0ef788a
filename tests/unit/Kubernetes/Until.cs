using System.Diagnostics;

namespace Druid.UnitTests.Kubernetes;

/// <summary>Waits for what other threads do, in real time and not for long.</summary>
static class Until
{
    public static async Task Holds(Func<bool> condition, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(10)) Assert.Fail($"Waited in vain: {what}.");
            await Task.Delay(1);
        }
    }
}
