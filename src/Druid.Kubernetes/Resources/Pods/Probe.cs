namespace Druid.Kubernetes.Resources;

/// <summary>One of: a call over HTTP, a connection, a command.</summary>
public record ProbeHandler
{
    /// <summary>A request that must succeed.</summary>
    public HttpGetAction? HttpGet { get; init; }

    /// <summary>A connection that must be accepted.</summary>
    public TcpSocketAction? TcpSocket { get; init; }

    /// <summary>A command that must exit with 0.</summary>
    public ExecAction? Exec { get; init; }
}

/// <summary>How a container is asked for its state.</summary>
public sealed record Probe : ProbeHandler
{
    /// <summary>Seconds after the start before the first call.</summary>
    public int? InitialDelaySeconds { get; init; }

    /// <summary>Seconds between calls.</summary>
    public int? PeriodSeconds { get; init; }

    /// <summary>Seconds a call may take.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Passes in a row that count.</summary>
    public int? SuccessThreshold { get; init; }

    /// <summary>Failures in a row that count.</summary>
    public int? FailureThreshold { get; init; }
}

/// <summary>A request over HTTP.</summary>
public sealed record HttpGetAction
{
    /// <summary>The path.</summary>
    public string? Path { get; init; }

    /// <summary>The port by number or name.</summary>
    public required IntOrString Port { get; init; }

    /// <summary><c>HTTP</c> or <c>HTTPS</c>.</summary>
    public string? Scheme { get; init; }

    /// <summary>The host, if not the pod.</summary>
    public string? Host { get; init; }
}

/// <summary>A connection.</summary>
public sealed record TcpSocketAction
{
    /// <summary>The port by number or name.</summary>
    public required IntOrString Port { get; init; }
}

/// <summary>A command in the container.</summary>
public sealed record ExecAction
{
    /// <summary>Program and arguments.</summary>
    public IReadOnlyList<string>? Command { get; init; }
}
