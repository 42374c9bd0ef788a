using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.Kubernetes.Runtime;

/// <summary>How a <see cref="Controller{TKey}"/> works.</summary>
public sealed record ControllerOptions
{
    /// <summary>How many keys are worked on at a time, at least 1.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Pauses of a key after failures.</summary>
    public Backoff Backoff { get; init; } = new(TimeSpan.FromMilliseconds(20), TimeSpan.FromMinutes(2));

    /// <summary>How often a key is worked on at most; a key that failed waits for its pause besides. Null for as often as it is added.</summary>
    public TurnLimit? Turns { get; init; } = TurnLimit.Default;

    /// <summary>How long reconciles under way may go on when the controller is stopped.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Told of failures.</summary>
    public IRuntimeObserver? Observer { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>
/// Brings what changes in stores to a function that reconciles one key at a time. The function is told the key and nothing of
/// the change: it looks at all there is, so that lost, doubled or late changes make no difference.
/// </summary>
public sealed class Controller<TKey> where TKey : notnull
{
    readonly string _name;
    readonly Func<TKey, CancellationToken, Task<ReconcileResult>> _reconcile;
    readonly ControllerOptions _options;
    readonly IRuntimeObserver _observer;
    readonly List<Source> _sources = [];
    WorkQueue<TKey>? _queue;

    /// <summary>A controller without sources; <see cref="Run"/> sets it going.</summary>
    /// <param name="name">Its name in metrics and reports.</param>
    /// <param name="reconcile">Brings one thing to what it should be. Throwing means: again, after a growing pause.</param>
    /// <param name="options">How it works.</param>
    public Controller(string name, Func<TKey, CancellationToken, Task<ReconcileResult>> reconcile, ControllerOptions? options = null)
    {
        (_name, _reconcile, _options) = (name, reconcile, options ?? new());
        _observer = _options.Observer ?? SilentObserver.Instance;
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Workers, 1);
    }

    /// <summary>How many keys wait.</summary>
    public int Depth => _queue?.Depth ?? 0;

    /// <summary>Adds a source: the keys that each change of its objects concerns. Its objects count as changes at the start.</summary>
    /// <param name="source">The source.</param>
    /// <param name="keys">The keys that a change concerns.</param>
    /// <param name="urgent">Which changes somebody waits for; null for none. See <see cref="WorkQueue{TKey}.Add"/>.</param>
    public Controller<TKey> Watches<T>(
        Reflector<T> source, Func<StoreChange<T>, IEnumerable<TKey>> keys, Func<StoreChange<T>, bool>? urgent = null)
        where T : class, IResource<T>
    {
        ArgumentNullException.ThrowIfNull(source);
        return Watches(source.Store, source.Synced, keys, urgent);
    }

    /// <summary>Adds a source that somebody else fills.</summary>
    /// <param name="store">The source.</param>
    /// <param name="synced">Completes once the store is full; no key is worked on before.</param>
    /// <param name="keys">The keys that a change concerns.</param>
    /// <param name="urgent">Which changes somebody waits for; null for none.</param>
    public Controller<TKey> Watches<T>(
        Store<T> store, Task synced, Func<StoreChange<T>, IEnumerable<TKey>> keys, Func<StoreChange<T>, bool>? urgent = null)
        where T : class, IResource
    {
        ArgumentNullException.ThrowIfNull(store);
        _sources.Add(new(synced, queue => store.Subscribe(change =>
        {
            foreach (var key in keys(change)) queue.Add(key, urgent?.Invoke(change) == true);
        })));
        return this;
    }

    /// <summary>Adds a key while the controller runs: for reasons that are no change of an object.</summary>
    public void Enqueue(TKey key) => _queue?.Add(key);

    /// <summary>
    /// Works until cancelled, then lets reconciles under way come to their end for a while. Waits for all sources before the
    /// first key, so that a reconcile never sees half of the world.
    /// </summary>
    public async Task Run(CancellationToken stop)
    {
        using var queue = new WorkQueue<TKey>(_name, _options.Backoff, _options.Time, _options.Turns);
        using var metrics = new ControllerMetrics(_name);
        using var abort = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _options.Time);
        if (!await SourcesAreFull(stop)) return;

        _queue = queue;
        var subscriptions = _sources.Select(source => source.Subscribe(queue)).ToList();
        try
        {
            var workers = Enumerable.Range(0, _options.Workers).Select(_ => Task.Run(() => Work(queue, metrics, stop, abort.Token), CancellationToken.None));
            await using var drain = stop.Register(() => abort.CancelAfter(_options.DrainTimeout));
            await Task.WhenAll(workers);
        }
        finally
        {
            _queue = null;
            subscriptions.ForEach(subscription => subscription.Dispose());
        }
    }

    async Task<bool> SourcesAreFull(CancellationToken stop)
    {
        try
        {
            await Task.WhenAll(_sources.Select(source => source.Synced)).WaitAsync(stop);
            return true;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return false;
        }
    }

    async Task Work(WorkQueue<TKey> queue, ControllerMetrics metrics, CancellationToken stop, CancellationToken abort)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var item = await queue.Take(stop);
                if (item is null) return;
                await Reconcile(queue, item.Key, metrics, abort);
                // A reconcile with nothing to do waits for nothing. After a start thousands of them would keep the process's few threads, and
                // from the renewal of leadership and the probes too.
                await Task.Yield();
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    async Task Reconcile(WorkQueue<TKey> queue, TKey key, ControllerMetrics metrics, CancellationToken abort)
    {
        var started = _options.Time.GetTimestamp();
        try
        {
            var result = await _reconcile(key, abort);
            queue.Forget(key);
            if (result.After is { } after) queue.AddAfter(key, after);
            metrics.Reconciled(result.After is null ? "done" : "requeued", _options.Time.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            // Whatever it was: this key comes again, the others go on.
            var pause = queue.AddAfterFailure(key);
            metrics.Reconciled("failed", _options.Time.GetElapsedTime(started));
            _observer.ReconcileFailed(_name, key.ToString()!, e, pause);
        }
    }

    sealed record Source(Task Synced, Func<WorkQueue<TKey>, IDisposable> Subscribe);
}

/// <summary>The usual sources of controllers whose keys are names of objects.</summary>
public static class ControllerSources
{
    /// <summary>Every object of the kind, under its own name. What is declared of it overtakes what is told of others.</summary>
    public static Controller<ObjectKey> For<T>(this Controller<ObjectKey> controller, Reflector<T> source, Func<StoreChange<T>, bool>? where = null)
        where T : class, IResource<T>
    {
        ArgumentNullException.ThrowIfNull(controller);
        return controller.Watches(source, change => where?.Invoke(change) != false ? [change.Key] : [], urgent: change => change.IsDeclaration);
    }

    /// <summary>Objects that a <typeparamref name="TOwner"/> controls, under the name of that owner.</summary>
    public static Controller<ObjectKey> Owns<T, TOwner>(
        this Controller<ObjectKey> controller, Reflector<T> source, Func<StoreChange<T>, bool>? where = null)
        where T : class, IResource<T>
        where TOwner : class, IResource<TOwner>
    {
        ArgumentNullException.ThrowIfNull(controller);
        return controller.Watches(source, change => where?.Invoke(change) != false ? OwnersOf<T, TOwner>(change) : []);
    }

    /// <summary>Objects that carry a label, under the name that is its value, in the same namespace.</summary>
    public static Controller<ObjectKey> ByLabel<T>(
        this Controller<ObjectKey> controller, Reflector<T> source, string label, Func<StoreChange<T>, bool>? where = null)
        where T : class, IResource<T>
    {
        ArgumentNullException.ThrowIfNull(controller);
        return controller.Watches(source, change => where?.Invoke(change) != false
            ? Sides(change).Where(o => o.Label(label) is not null).Select(o => o.Key with { Name = o.Label(label)! }).Distinct()
            : []);
    }

    // Both sides of a change: one that was handed over concerns its old owner too.
    static IEnumerable<ObjectKey> OwnersOf<T, TOwner>(StoreChange<T> change)
        where T : class, IResource<T>
        where TOwner : class, IResource<TOwner> =>
        Sides(change)
            .Where(o => o.Controller is { } owner && owner.Kind == TOwner.Type.Kind && GroupOf(owner.ApiVersion) == TOwner.Type.Group)
            .Select(o => new ObjectKey(TOwner.Type.Namespaced ? o.Metadata.Namespace ?? "" : "", o.Controller!.Name))
            .Distinct();

    static IEnumerable<T> Sides<T>(StoreChange<T> change) where T : class, IResource
    {
        if (change.Old is not null) yield return change.Old;
        if (change.New is not null) yield return change.New;
    }

    static string GroupOf(string apiVersion) => apiVersion.IndexOf('/') is >= 0 and var slash ? apiVersion[..slash] : "";
}
