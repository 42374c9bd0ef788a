
namespace Druid.Kubernetes.Client;

/// <summary>How a client behaves, apart from whom it talks to.</summary>
public sealed record ClientOptions
{
    /// <summary>Requests a second in the long run; 0 for no limit. Watches and leader election are not counted.</summary>
    public double QueriesPerSecond { get; init; }

    /// <summary>Requests at once after a pause, at least 1.</summary>
    public int Burst { get; init; } = 1;

    /// <summary>How long one attempt of a request may take, until its answer is read.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long connecting may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a request is sent again where that does no harm; 0 for never.</summary>
    public int Retries { get; init; } = 4;

    /// <summary>Pauses between attempts, unless the server asks for a longer one.</summary>
    public Backoff RetryBackoff { get; init; } = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));

    /// <summary>The longest pause that a server may ask for before the call fails instead.</summary>
    public TimeSpan LongestRetryAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How the client names itself.</summary>
    public string UserAgent { get; init; } = "druid";

    /// <summary>Told of every request.</summary>
    public IRequestObserver? Observer { get; init; }

    /// <summary>Wraps what sends requests, so that faults can be put in between.</summary>
    public Func<HttpMessageHandler, HttpMessageHandler>? Wrap { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
