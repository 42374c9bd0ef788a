using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;

namespace Druid.LoadTests.Fleet;

/// <summary>How long it takes from asking for a write until a watch tells of it: what any operator pays the API server.</summary>
sealed class Echo : IAsyncDisposable
{
    static readonly ObjectKey Key = new("default", "load-echo");

    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentDictionary<string, TaskCompletionSource> _awaited = new();
    readonly KubernetesClient _client;
    readonly Reflector<ConfigMap> _reflector;
    readonly Task _running;

    Echo(KubernetesClient client)
    {
        _client = client;
        _reflector = new(client, new() { Namespace = Key.Namespace });
        _reflector.Store.Subscribe(change =>
        {
            if (change.New?.Data?.GetValueOrDefault("n") is { } n && _awaited.TryRemove(n, out var seen)) seen.TrySetResult();
        });
        _running = _reflector.Run(_stop.Token);
    }

    /// <summary>Creates what is written to.</summary>
    public static async Task<Echo> Start(KubernetesClient client, CancellationToken cancel)
    {
        if (await client.TryGet<ConfigMap>(Key, cancel) is null)
        {
            await client.Create(new ConfigMap { Metadata = new() { Name = Key.Name, Namespace = Key.Namespace } }, cancel: cancel);
        }
        var echo = new Echo(client);
        await echo._reflector.Synced.WaitAsync(cancel);
        return echo;
    }

    /// <summary>Once.</summary>
    public async Task<TimeSpan> Measure(CancellationToken cancel)
    {
        var n = Guid.NewGuid().ToString("N");
        var seen = _awaited[n] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = Stopwatch.GetTimestamp();
        await _client.Patch<ConfigMap>(Key, PatchKind.Merge, new JsonObject { ["data"] = new JsonObject { ["n"] = n } }, cancel: cancel);
        await seen.Task.WaitAsync(cancel);
        return Stopwatch.GetElapsedTime(started);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }
}
