using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.Kubernetes.Runtime;

/// <summary>How events are written.</summary>
public sealed record EventRecorderOptions
{
    /// <summary>Who tells them, as in <c>druid</c>.</summary>
    public required string Component { get; init; }

    /// <summary>Which instance of it, as the name of its pod.</summary>
    public string? Instance { get; init; }

    /// <summary>How many different events may wait to be written; more are dropped.</summary>
    public int Capacity { get; init; } = 1024;

    /// <summary>Writes at once for one object after a pause.</summary>
    public int BurstPerObject { get; init; } = 25;

    /// <summary>One more write for an object in this time.</summary>
    public TimeSpan RefillPerObject { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Told of events that were dropped.</summary>
    public IRuntimeObserver? Observer { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>
/// Tells people what happens to objects, as events that <c>kubectl describe</c> shows. Recording takes no time and never fails; the same
/// event again only raises a count, an object that is all events is slowed down, and what cannot be written is dropped.
/// </summary>
public sealed class EventRecorder
{
    const int Remembered = 4096;

    readonly KubernetesClient _client;
    readonly EventRecorderOptions _options;
    readonly IRuntimeObserver _observer;
    readonly Channel<Happening> _order;
    readonly Lock _lock = new();
    readonly Dictionary<Happening, Pending> _pending = [];
    // Used by the one task that writes.
    readonly Dictionary<Happening, Written> _written = [];
    readonly Dictionary<string, TokenBudget> _budgets = [];

    /// <summary>A recorder; <see cref="Run"/> writes what it records.</summary>
    public EventRecorder(KubernetesClient client, EventRecorderOptions options)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        (_client, _options) = (client, options);
        _observer = options.Observer ?? SilentObserver.Instance;
        _order = Channel.CreateBounded<Happening>(options.Capacity);
    }

    /// <summary>Records something that is as it should be.</summary>
    public void Normal(IResource about, string reason, string message) => Record(about, "Normal", reason, message);

    /// <summary>Records something that somebody should look at.</summary>
    public void Warning(IResource about, string reason, string message) => Record(about, "Warning", reason, message);

    /// <summary>Records something.</summary>
    /// <param name="about">The object it happened to.</param>
    /// <param name="type"><c>Normal</c> or <c>Warning</c>.</param>
    /// <param name="reason">A word in CamelCase for programs.</param>
    /// <param name="message">A sentence for people.</param>
    public void Record(IResource about, string type, string reason, string message)
    {
        ArgumentNullException.ThrowIfNull(about);
        // The version would make every event a different one.
        Record(about.ToReference() with { ResourceVersion = null }, type, reason, message);
    }

    /// <inheritdoc cref="Record(IResource, string, string, string)"/>
    public void Record(ObjectReference about, string type, string reason, string message)
    {
        ArgumentNullException.ThrowIfNull(about);
        var happening = new Happening(about, type, reason, message);
        var now = _options.Time.GetUtcNow();
        lock (_lock)
        {
            if (_pending.TryGetValue(happening, out var pending)) _pending[happening] = pending with { Count = pending.Count + 1, Last = now };
            else if (_order.Writer.TryWrite(happening)) _pending[happening] = new(1, now, now);
            else _observer.EventDropped(about, reason, "too many events wait to be written");
        }
    }

    /// <summary>Writes what is recorded until cancelled; then what is left, for two more seconds at most.</summary>
    public async Task Run(CancellationToken stop)
    {
        using var end = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _options.Time);
        await using var farewell = stop.Register(() => end.CancelAfter(TimeSpan.FromSeconds(2)));
        try
        {
            while (await HasMore(stop)) await WriteAll(end.Token);
            await WriteAll(end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The rest is lost, as it would be in a crash.
        }
    }

    async Task<bool> HasMore(CancellationToken stop)
    {
        try
        {
            return await _order.Reader.WaitToReadAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    async Task WriteAll(CancellationToken cancel)
    {
        while (_order.Reader.TryRead(out var happening))
        {
            Pending pending;
            lock (_lock) _pending.Remove(happening, out pending!);
            if (!HasBudget(happening.About))
            {
                _observer.EventDropped(happening.About, happening.Reason, "the object has too many events");
                continue;
            }
            try
            {
                await Write(happening, pending, cancel);
            }
            catch (KubernetesException e)
            {
                _observer.EventDropped(happening.About, happening.Reason, e.Message);
            }
        }
    }

    async Task Write(Happening happening, Pending pending, CancellationToken cancel)
    {
        if (_written.TryGetValue(happening, out var written))
        {
            var count = written.Count + pending.Count;
            try
            {
                await _client.Patch<Event>(written.Key, PatchKind.Merge, Repetition(count, pending.Last), cancel: cancel);
                _written[happening] = written with { Count = count };
                return;
            }
            catch (KubernetesException e) when (e.Reason == ErrorReason.NotFound)
            {
                // Events live for an hour; this one is over, a new one begins.
            }
        }
        var created = await _client.Create(NewEvent(happening, pending), cancel);
        if (_written.Count >= Remembered) _written.Clear();
        _written[happening] = new(created.Key, pending.Count);
    }

    static JsonObject Repetition(int count, DateTimeOffset last) => new()
    {
        ["count"] = count,
        ["lastTimestamp"] = last.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
    };

    Event NewEvent(Happening happening, Pending pending)
    {
        var about = happening.About;
        var name = about.Name ?? "unknown";
        return new()
        {
            Metadata = new()
            {
                Namespace = about.Namespace ?? "default",
                Name = $"{(name.Length > 230 ? name[..230] : name)}.{Random.Shared.NextInt64():x16}",
            },
            InvolvedObject = about,
            EventType = happening.Type,
            Reason = happening.Reason,
            Message = happening.Message.Length > 1024 ? happening.Message[..1023] + "…" : happening.Message,
            Count = pending.Count,
            FirstTimestamp = pending.First,
            LastTimestamp = pending.Last,
            Source = new() { Component = _options.Component, Host = _options.Instance },
            ReportingComponent = _options.Component,
            ReportingInstance = _options.Instance ?? _options.Component,
        };
    }

    bool HasBudget(ObjectReference about)
    {
        var id = about.Uid ?? $"{about.Kind}/{about.Namespace}/{about.Name}";
        var now = _options.Time.GetTimestamp();
        if (!_budgets.TryGetValue(id, out var budget))
        {
            if (_budgets.Count >= Remembered) _budgets.Clear();
            budget = new(_options.BurstPerObject, now);
        }
        var tokens = Math.Min(_options.BurstPerObject, budget.Tokens + _options.Time.GetElapsedTime(budget.Since, now) / _options.RefillPerObject);
        _budgets[id] = new(tokens >= 1 ? tokens - 1 : tokens, now);
        return tokens >= 1;
    }

    sealed record Happening(ObjectReference About, string Type, string Reason, string Message);

    sealed record Pending(int Count, DateTimeOffset First, DateTimeOffset Last);

    sealed record Written(ObjectKey Key, int Count);

    readonly record struct TokenBudget(double Tokens, long Since);
}
