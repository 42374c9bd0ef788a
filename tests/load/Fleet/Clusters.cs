using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;

namespace Druid.LoadTests.Fleet;

/// <summary>The Etcds of a run: creates, changes and deletes them, and notes by watching when what happened to each.</summary>
sealed class Clusters : IAsyncDisposable
{
    const int PerNamespace = 50;

    readonly CancellationTokenSource _stop = new();
    readonly KubernetesClient _client;
    readonly ConcurrentDictionary<ObjectKey, Milestones> _milestones = new();
    readonly Reflector<Etcd> _etcds;
    readonly Reflector<StatefulSet> _sets;
    readonly Task _running;

    readonly int _agentPort;

    /// <summary>Starts watching.</summary>
    /// <param name="client">The API server.</param>
    /// <param name="agentPort">Where the clusters' agents are to be asked.</param>
    public Clusters(KubernetesClient client, int agentPort)
    {
        (_client, _agentPort) = (client, agentPort);
        _etcds = new(client);
        _sets = new(client, new() { LabelSelector = $"{Labels.ManagedBy}={Labels.Manager}" });
        _etcds.Store.Subscribe(Note);
        _sets.Store.Subscribe(Note);
        _running = Task.WhenAll(_etcds.Run(_stop.Token), _sets.Run(_stop.Token));
    }

    /// <summary>What is known of each cluster.</summary>
    public IReadOnlyCollection<Milestones> All => [.. _milestones.Values];

    /// <summary>Clusters that are there.</summary>
    public int Count => _etcds.Store.Count;

    /// <summary>Clusters that are as declared.</summary>
    public int Ready => _etcds.Store.All().Count(IsReady);

    /// <summary>Clusters that have a StatefulSet.</summary>
    public int WithStatefulSet => _sets.Store.Count;

    /// <summary>What is known of the n-th cluster.</summary>
    public Milestones Of(int n) => _milestones[Key(n)];

    /// <summary>From the first creation that was asked for until the last StatefulSet was seen.</summary>
    public TimeSpan LastEffect() => Stopwatch.GetElapsedTime(_milestones.Values.Min(m => m.Asked), _milestones.Values.Max(m => m.Effect));

    /// <summary>Creates the namespaces of clusters, where they are not there.</summary>
    public async Task CreateNamespaces(int from, int count, CancellationToken cancel)
    {
        foreach (var ns in Enumerable.Range(from, count).Select(NamespaceOf).Distinct())
        {
            if (await _client.TryGet<Namespace>(ObjectKey.ClusterWide(ns), cancel) is null)
            {
                await _client.Create(new Namespace { Metadata = new() { Name = ns } }, cancel: cancel);
            }
        }
    }

    /// <summary>Creates clusters of three, so many at a time.</summary>
    public async Task Create(int from, int count, int parallel, CancellationToken cancel)
    {
        await CreateNamespaces(from, count, cancel);
        await Parallel.ForEachAsync(Enumerable.Range(from, count), new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancel }, async (i, stop) =>
        {
            _milestones[Key(i)] = new(Key(i)) { Asked = Stopwatch.GetTimestamp() };
            await _client.Create(Declare(i), cancel: stop);
        });
    }

    /// <summary>Gives every one of these clusters' pods another annotation; its effect is the StatefulSet's new template.</summary>
    public async Task Change(int from, int count, string value, CancellationToken cancel) =>
        await Parallel.ForEachAsync(Enumerable.Range(from, count), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancel }, async (i, stop) =>
        {
            var milestones = _milestones[Key(i)];
            (milestones.Effect, milestones.Ready, milestones.Value, milestones.Asked) = (0, 0, value, Stopwatch.GetTimestamp());
            await _client.Patch<Etcd>(Key(i), PatchKind.Merge, new JsonObject { ["spec"] = new JsonObject { ["annotations"] = new JsonObject { [Mark] = value } } }, cancel: stop);
        });

    /// <summary>Deletes these clusters.</summary>
    public async Task Delete(int from, int count, CancellationToken cancel) =>
        await Parallel.ForEachAsync(Enumerable.Range(from, count), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancel }, async (i, stop) =>
        {
            _milestones[Key(i)].Asked = Stopwatch.GetTimestamp();
            await _client.Delete<Etcd>(Key(i), cancel: stop);
        });

    /// <summary>The key of the n-th cluster.</summary>
    public static ObjectKey Key(int n) => new(NamespaceOf(n), $"etcd-{n:D5}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }

    const string Mark = "load.druid/change";

    static string NamespaceOf(int n) => $"load-{n / PerNamespace:D3}";

    Etcd Declare(int n) => new()
    {
        Metadata = new() { Name = Key(n).Name, Namespace = Key(n).Namespace },
        Spec = new() { Replicas = 3, Labels = new Dictionary<string, string> { ["app"] = Key(n).Name }, StorageCapacity = Quantity.Parse("1Gi"), Backup = new() { Port = _agentPort } },
    };

    static bool IsReady(Etcd etcd) =>
        etcd.Status.ObservedGeneration == etcd.Metadata.Generation
        && etcd.Status.Lifecycle?.Regions.FirstOrDefault(r => r.Name == "lifecycle")?.State == "Ready"
        && etcd.Status.Lifecycle?.Regions.FirstOrDefault(r => r.Name == "serving")?.State == "Quorate";

    void Note(StoreChange<Etcd> change)
    {
        if (!_milestones.TryGetValue(change.Key, out var milestones)) return;
        if (change.IsGone) milestones.Gone = Stopwatch.GetTimestamp();
        else if (milestones.Ready == 0 && IsReady(change.New!)) milestones.Ready = Stopwatch.GetTimestamp();
    }

    void Note(StoreChange<StatefulSet> change)
    {
        if (change.IsGone || !_milestones.TryGetValue(change.Key, out var milestones) || milestones.Effect != 0) return;
        string? value = null;
        change.New!.Spec?.Template?.Metadata?.Annotations?.TryGetValue(Mark, out value);
        if (value == milestones.Value) milestones.Effect = Stopwatch.GetTimestamp();
    }
}

/// <summary>When what happened to a cluster, in ticks of <see cref="Stopwatch"/>; 0 for not yet.</summary>
sealed class Milestones(ObjectKey key)
{
    /// <summary>The cluster.</summary>
    public ObjectKey Key { get; } = key;

    /// <summary>When its creation, change or deletion was asked for.</summary>
    public long Asked { get; set; }

    /// <summary>The mark that its StatefulSet's template is to carry; null for none.</summary>
    public string? Value { get; set; }

    /// <summary>When the StatefulSet was seen as asked for: every component goes before it.</summary>
    public long Effect { get; set; }

    /// <summary>When it was seen as declared, all members participating.</summary>
    public long Ready { get; set; }

    /// <summary>When it was seen to be gone.</summary>
    public long Gone { get; set; }

    /// <summary>Seconds from asking until then; null while it has not happened.</summary>
    public double? Until(long then) => then == 0 ? null : Stopwatch.GetElapsedTime(Asked, then).TotalSeconds;
}
