namespace Druid.Member.Wrapper;

/// <summary>What <c>start-etcd</c> was told by its flags.</summary>
sealed record StartEtcdOptions
{
    /// <summary>Host of the sidecar; its port is <see cref="SidecarPort"/>.</summary>
    public required string SidecarHost { get; init; }

    /// <summary>Port of the sidecar's API.</summary>
    public required int SidecarPort { get; init; }

    /// <summary>Whether the sidecar serves TLS.</summary>
    public bool SidecarTls { get; init; }

    /// <summary>Authorities to check the sidecar's certificate with.</summary>
    public string? SidecarAuthorities { get; init; }

    /// <summary>Host name of etcd's client endpoint, as its certificate has it.</summary>
    public required string EtcdHost { get; init; }

    /// <summary>etcd's client port.</summary>
    public required int EtcdClientPort { get; init; }

    /// <summary>Certificate to show to etcd.</summary>
    public string? EtcdClientCertificate { get; init; }

    /// <summary>Key of that certificate.</summary>
    public string? EtcdClientKey { get; init; }

    /// <summary>Port of <c>/readyz</c> and <c>/stop</c>.</summary>
    public required int Port { get; init; }

    /// <summary>How long etcd may take to become ready; zero waits for ever.</summary>
    public TimeSpan ReadyTimeout { get; init; }

    /// <summary>Where the orderly stop is remembered.</summary>
    public required string ExitMarker { get; init; }

    /// <summary>Where etcd's configuration is written.</summary>
    public required string ConfigFile { get; init; }

    /// <summary>etcd, looked up in PATH.</summary>
    public required string EtcdProgram { get; init; }

    /// <summary>This program.</summary>
    public required string AgentProgram { get; init; }
}
