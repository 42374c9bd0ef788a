using System.Diagnostics;

namespace Druid.MemberTests.Harness;

/// <summary>Waits for what is bound to happen, and says what it waited for when it does not.</summary>
static class Eventually
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task Is(string what, Func<bool> condition, Func<string>? otherwise = null) => Is(what, () => Task.FromResult(condition()), otherwise);

    public static async Task Is(string what, Func<Task<bool>> condition, Func<string>? otherwise = null)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(watch.Elapsed < Patience, $"not within {Patience.TotalSeconds} s: {what}\n{otherwise?.Invoke()}");
            await Task.Delay(50);
        }
    }

    public static async Task<T> Within<T>(string what, Task<T> task, Func<string>? otherwise = null)
    {
        if (await Task.WhenAny(task, Task.Delay(Patience)) != task) Assert.Fail($"not within {Patience.TotalSeconds} s: {what}\n{otherwise?.Invoke()}");
        return await task;
    }
}
