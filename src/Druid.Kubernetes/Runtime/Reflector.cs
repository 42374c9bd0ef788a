using System.Diagnostics;
using System.Globalization;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.Kubernetes.Runtime;

/// <summary>Which objects a <see cref="Reflector{T}"/> follows, and how.</summary>
public sealed record ReflectorOptions<T> where T : class, IResource<T>
{
    /// <summary>The namespace; null for all.</summary>
    public string? Namespace { get; init; }

    /// <summary>Only objects with such labels.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Only objects with such fields.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Objects on a page of a list.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>What to keep of an object; it must keep the metadata. Null keeps all.</summary>
    public Func<T, T>? Trim { get; init; }

    /// <summary>Pauses after failures.</summary>
    public Backoff Backoff { get; init; } = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), Jitter: 0.5);

    /// <summary>
    /// How long a watch may be silent before it is taken for dead. Servers send a bookmark about every minute; where they send
    /// none, the watch is only opened again.
    /// </summary>
    public TimeSpan LongestSilence { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>After what time the server is asked to end a watch; up to twice as long, so that not all end together.</summary>
    public TimeSpan WatchDuration { get; init; } = TimeSpan.FromMinutes(5);

    /// <inheritdoc cref="WatchOptions.Gather"/>
    public TimeSpan Gather { get; init; }

    /// <summary>Told of lists and failures.</summary>
    public IRuntimeObserver? Observer { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>
/// Keeps a <see cref="Store{T}"/> equal to what the server has: lists once, then watches, and goes on where it was after any
/// break. Only when the server has forgotten that point does it list again; what vanished meanwhile is then reported as gone,
/// and what did not change is not reported at all.
/// </summary>
public sealed class Reflector<T> where T : class, IResource<T>
{
    readonly KubernetesClient _client;
    readonly ReflectorOptions<T> _options;
    readonly IRuntimeObserver _observer;
    readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    string? _version;

    /// <summary>A reflector of the objects that the options select; <see cref="Run"/> sets it going.</summary>
    public Reflector(KubernetesClient client, ReflectorOptions<T>? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        _options = options ?? new();
        _observer = _options.Observer ?? SilentObserver.Instance;
    }

    /// <summary>The objects.</summary>
    public Store<T> Store { get; } = new();

    /// <summary>Completes once everything has been read for the first time.</summary>
    public Task Synced => _synced.Task;

    /// <summary>Follows the server until cancelled. Failures are reported to the observer and never end it.</summary>
    public async Task Run(CancellationToken cancel)
    {
        var failures = 0;
        while (!cancel.IsCancellationRequested)
        {
            var started = _options.Time.GetTimestamp();
            try
            {
                _version ??= await List(cancel);
                var events = await Watch(_version, cancel);
                // A watch that ends as it begins is no success.
                failures = events > 0 || _options.Time.GetElapsedTime(started) > _options.Backoff.Longest ? 0 : failures + 1;
                if (failures > 0) await Delay(_options.Backoff.After(failures - 1), cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is KubernetesException or ConfigurationException)
            {
                var failure = e as KubernetesException;
                if (failure is not null && HasForgotten(failure)) _version = null;
                if (_options.Time.GetElapsedTime(started) > _options.Backoff.Longest) failures = 0;
                var pause = _options.Backoff.After(failures++);
                if (failure?.RetryAfter > pause) pause = failure.RetryAfter.Value;
                _observer.ReflectorFailed(T.Type.FullName, e, pause);
                await Delay(pause, cancel);
            }
        }
    }

    // A version that the server no longer has, or (after a restore of its data) never had; or a kind that it no longer has.
    static bool HasForgotten(KubernetesException e) =>
        e.Reason is ErrorReason.Expired or ErrorReason.BadRequest or ErrorReason.Invalid or ErrorReason.NotFound
        || e.Causes.Any(cause => cause.Reason == "ResourceVersionTooLarge");

    async Task<string> List(CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        var seen = new HashSet<ObjectKey>();
        var page = new ListOptions
        {
            LabelSelector = _options.LabelSelector,
            FieldSelector = _options.FieldSelector,
            Limit = _options.PageSize,
        };
        while (true)
        {
            var list = await _client.ListPage<T>(_options.Namespace, page, cancel);
            foreach (var item in list.Items)
            {
                seen.Add(item.Key);
                Store.Set(Trimmed(item));
            }
            if (string.IsNullOrEmpty(list.Metadata.Continue))
            {
                Store.KeepOnly(seen);
                _observer.Listed(T.Type.FullName, seen.Count, Stopwatch.GetElapsedTime(started));
                _synced.TrySetResult();
                return list.Metadata.ResourceVersion ?? "";
            }
            page = page with { Continue = list.Metadata.Continue };
        }
    }

    // Goes on from the version until the server ends the watch; how many events came.
    async Task<int> Watch(string version, CancellationToken cancel)
    {
        using var silence = new CancellationTokenSource(_options.LongestSilence, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancel);
        var options = new WatchOptions
        {
            LabelSelector = _options.LabelSelector,
            FieldSelector = _options.FieldSelector,
            ResourceVersion = version,
            Gather = _options.Gather,
            Timeout = _options.WatchDuration * (1 + Random.Shared.NextDouble()),
        };
        var events = 0;
        try
        {
            await foreach (var happened in _client.Watch<T>(_options.Namespace, options, either.Token))
            {
                silence.CancelAfter(_options.LongestSilence);
                events++;
                if (Take(happened)) continue;
                _version = null;
                return events;
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Silent for too long: go on with a new one.
        }
        return events;
    }

    // False when the server has gone back in time, and everything known is in doubt.
    bool Take(WatchEvent<T> happened)
    {
        var isOld = IsBefore(happened.ResourceVersion, _version);
        if (happened.Type == WatchEventType.Bookmark)
        {
            if (isOld) return false;
            _version = happened.ResourceVersion;
            return true;
        }
        if (isOld) return true; // told twice; what is known is newer
        var resource = happened.Resource!;
        if (happened.Type == WatchEventType.Deleted) Store.Remove(resource.Key, Trimmed(resource));
        else Store.Set(Trimmed(resource));
        _version = happened.ResourceVersion;
        return true;
    }

    T Trimmed(T resource) => _options.Trim is { } trim ? trim(resource) : resource;

    // Versions are the store's revisions, in all servers there are; one that is no number is taken as it comes.
    static bool IsBefore(string version, string? other) =>
        ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var left)
        && ulong.TryParse(other, NumberStyles.None, CultureInfo.InvariantCulture, out var right)
        && left < right;

    async Task Delay(TimeSpan pause, CancellationToken cancel)
    {
        try
        {
            await Task.Delay(pause, _options.Time, cancel);
        }
        catch (OperationCanceledException)
        {
            // Run ends.
        }
    }
}
