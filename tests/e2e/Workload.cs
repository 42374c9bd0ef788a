using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Druid.Member.Etcd;
using Druid.Member.Etcd.Rpc;
using Google.Protobuf;

namespace Druid.EndToEndTests;

/// <summary>
/// Clients of a cluster, through its client Service: one writes a new key at a time, one overwrites a few keys again and
/// again, one reads those. What they were told is kept in a <see cref="History"/>, and for how long nothing could be written
/// is measured.
/// </summary>
sealed class Workload : IAsyncDisposable
{
    const int Registers = 8;
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    readonly CancellationTokenSource stop = new();
    readonly History history = new();
    readonly EtcdClient client;
    readonly Report report;
    readonly Task running;
    TimeSpan longestGap;

    Workload(EtcdClientOptions etcd, Report report)
    {
        client = new(etcd with { CallTimeout = TimeSpan.FromSeconds(2), ConnectTimeout = TimeSpan.FromSeconds(1) });
        this.report = report;
        running = Task.WhenAll(Task.Run(WriteNewKeys), Task.Run(Overwrite), Task.Run(Read));
    }

    public static Workload Start(EtcdClientOptions etcd, Report report) => new(etcd, report);

    /// <summary>Writes that were acknowledged so far.</summary>
    public int Acknowledged => history.Acknowledged;

    /// <summary>The longest time between two acknowledged writes.</summary>
    public TimeSpan LongestGap => longestGap;

    /// <summary>Waits until so many more writes are acknowledged.</summary>
    public Task UntilWritten(int more)
    {
        var enough = Acknowledged + more;
        return Installation.Eventually($"{more} writes are acknowledged", () => Task.FromResult((Acknowledged >= enough ? this : null, $"{Acknowledged} of {enough}; {history.LastRefusal}")), TimeSpan.FromMinutes(1));
    }

    /// <summary>Ends the clients.</summary>
    public async Task Stop()
    {
        await stop.CancelAsync();
        await running;
    }

    /// <summary>
    /// Ends the clients; everything acknowledged must be there, at the revision it was given, and everything read must fit
    /// one order of all writes that agrees with the order in which they were seen to end.
    /// </summary>
    /// <param name="scenario">What the report calls the run.</param>
    public Task Verify([CallerMemberName] string scenario = "") => Check(client, scenario);

    /// <summary>The same of another cluster, which took over the data.</summary>
    public async Task VerifyAt(Uri url, [CallerMemberName] string scenario = "")
    {
        using var other = new EtcdClient(new() { Endpoints = [url] });
        await Check(other, scenario);
    }

    async Task Check(EtcdClient at, string scenario)
    {
        await Stop();
        Assert.True(Acknowledged > 0, "Nothing was written.");
        await history.Check(at);
        report.Add(new(scenario, history.Acknowledged, history.Reads, history.Refused, longestGap));
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        client.Dispose();
        stop.Dispose();
    }

    Task WriteNewKeys()
    {
        var last = Stopwatch.GetTimestamp();
        return Forever(async i =>
        {
            await Put($"new/{i.ToString("D8", CultureInfo.InvariantCulture)}", i);
            var gap = Stopwatch.GetElapsedTime(last);
            longestGap = gap > longestGap ? gap : longestGap;
            last = Stopwatch.GetTimestamp();
        });
    }

    Task Overwrite() => Forever(i => Put($"register/{i % Registers}", i));

    Task Read() => Forever(async i =>
    {
        var key = $"register/{i % Registers}";
        var since = history.Begin();
        var answer = await client.Range(new RangeRequest { Key = ByteString.CopyFromUtf8(key) }, stop.Token);
        history.Read(new(key, answer.Header.Revision, answer.Kvs.FirstOrDefault()?.ModRevision ?? 0, answer.Kvs.FirstOrDefault()?.Value.ToStringUtf8()), since);
    });

    async Task Put(string key, int i)
    {
        var value = i.ToString(CultureInfo.InvariantCulture);
        var since = history.Begin();
        var answer = await client.Put(new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) }, stop.Token);
        history.Wrote(new(key, value, answer.Header.Revision), since);
    }

    async Task Forever(Func<int, Task> act)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            try
            {
                await act(i);
            }
            catch (EtcdException error)
            {
                // Not acknowledged: it may or may not be there, and the next value is another.
                history.Refuse(error.Message);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            // After a refusal too: who comes back should not have to compete with those who ask.
            await Task.Delay(Pause, CancellationToken.None);
        }
    }
}
