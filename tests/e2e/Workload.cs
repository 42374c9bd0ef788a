using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Druid.Member.Etcd;
using Druid.Member.Etcd.Rpc;
using Google.Protobuf;

namespace Druid.EndToEndTests;

/// <summary>
/// A client that writes one key after the other through the client Service, remembers what was acknowledged at which
/// revision, and measures for how long nothing could be written.
/// </summary>
sealed class Workload : IAsyncDisposable
{
    readonly CancellationTokenSource stop = new();
    readonly ConcurrentDictionary<string, long> acknowledged = new();
    readonly EtcdClient client;
    readonly Task running;
    TimeSpan longestGap;

    Workload(Uri url)
    {
        client = new(new() { Endpoints = [url], CallTimeout = TimeSpan.FromSeconds(2), ConnectTimeout = TimeSpan.FromSeconds(1) });
        running = Task.Run(Write);
    }

    public static Workload Start(Uri url) => new(url);

    /// <summary>Writes that were acknowledged so far.</summary>
    public int Acknowledged => acknowledged.Count;

    /// <summary>The longest time between two acknowledged writes.</summary>
    public TimeSpan LongestGap => longestGap;

    /// <summary>Stops writing and reads every acknowledged write back: each must be there, at the revision it was given.</summary>
    public async Task Verify()
    {
        await stop.CancelAsync();
        await running;
        Assert.NotEmpty(acknowledged);
        foreach (var (key, revision) in acknowledged)
        {
            var found = await client.Range(new RangeRequest { Key = ByteString.CopyFromUtf8(key) }, CancellationToken.None);
            Assert.True(found.Kvs.Count == 1, $"The acknowledged write of {key} at revision {revision} is lost; {acknowledged.Count} were acknowledged.");
            Assert.Equal(revision, found.Kvs[0].ModRevision);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        client.Dispose();
        stop.Dispose();
    }

    async Task Write()
    {
        var last = Stopwatch.GetTimestamp();
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var key = $"workload/{i.ToString("D8", CultureInfo.InvariantCulture)}";
            try
            {
                var put = await client.Put(new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(key) }, stop.Token);
                acknowledged[key] = put.Header.Revision;
                var gap = Stopwatch.GetElapsedTime(last);
                longestGap = gap > longestGap ? gap : longestGap;
                last = Stopwatch.GetTimestamp();
                await Task.Delay(10, stop.Token);
            }
            catch (EtcdException)
            {
                // Not acknowledged: it may or may not be there, and the next key is another.
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }
}
