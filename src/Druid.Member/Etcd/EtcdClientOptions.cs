using Druid.Member.Tls;

namespace Druid.Member.Etcd;

/// <summary>How to reach etcd.</summary>
public sealed record EtcdClientOptions
{
    /// <summary>Client URLs of one cluster, tried in order when one does not answer. <c>https</c> ones use <see cref="Tls"/>.</summary>
    public required IReadOnlyList<Uri> Endpoints { get; init; }

    /// <summary>Certificates for <c>https</c> endpoints; null trusts the system's authorities and shows no certificate.</summary>
    public ClientTls? Tls { get; init; }

    /// <summary>User to authenticate as; null when etcd's authentication is off.</summary>
    public string? Username { get; init; }

    /// <summary>Password of <see cref="Username"/>.</summary>
    public string? Password { get; init; }

    /// <summary>Time for one connection attempt. Default 2 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time for a call that names none, over all endpoints that it tries. Default 5 s.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Clock of timeouts.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
