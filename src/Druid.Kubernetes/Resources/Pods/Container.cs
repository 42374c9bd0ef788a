namespace Druid.Kubernetes.Resources;

/// <summary>One process of a pod, from an image.</summary>
public sealed record Container
{
    /// <summary>The name, unique in the pod.</summary>
    public required string Name { get; init; }

    /// <summary>The image.</summary>
    public string? Image { get; init; }

    /// <summary><c>Always</c>, <c>IfNotPresent</c> or <c>Never</c>.</summary>
    public string? ImagePullPolicy { get; init; }

    /// <summary>Instead of the image's entry point.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Instead of the image's arguments.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>Where it starts.</summary>
    public string? WorkingDir { get; init; }

    /// <summary>Ports it listens on.</summary>
    public IReadOnlyList<ContainerPort>? Ports { get; init; }

    /// <summary>Environment variables.</summary>
    public IReadOnlyList<EnvVar>? Env { get; init; }

    /// <summary>What it needs and may use.</summary>
    public ResourceRequirements? Resources { get; init; }

    /// <summary>Volumes in its file system.</summary>
    public IReadOnlyList<VolumeMount>? VolumeMounts { get; init; }

    /// <summary>Restarted when this fails.</summary>
    public Probe? LivenessProbe { get; init; }

    /// <summary>Served while this passes.</summary>
    public Probe? ReadinessProbe { get; init; }

    /// <summary>The other probes wait for this.</summary>
    public Probe? StartupProbe { get; init; }

    /// <summary>Called around start and stop.</summary>
    public Lifecycle? Lifecycle { get; init; }

    /// <summary>Whose rights it has.</summary>
    public SecurityContext? SecurityContext { get; init; }

    /// <summary>File whose text becomes the termination message.</summary>
    public string? TerminationMessagePath { get; init; }

    /// <summary><c>File</c> or <c>FallbackToLogsOnError</c>.</summary>
    public string? TerminationMessagePolicy { get; init; }
}

/// <summary>A port of a container.</summary>
public sealed record ContainerPort
{
    /// <summary>The name services and probes use.</summary>
    public string? Name { get; init; }

    /// <summary>The number.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("containerPort")]
    public required int Port { get; init; }

    /// <summary><c>TCP</c>, <c>UDP</c> or <c>SCTP</c>. Always state it in server-side apply: older servers need it as part of the key.</summary>
    public string? Protocol { get; init; }

    /// <summary>The same port of the node.</summary>
    public int? HostPort { get; init; }
}

/// <summary>An environment variable.</summary>
public sealed record EnvVar
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The value itself.</summary>
    public string? Value { get; init; }

    /// <summary>Where the value comes from.</summary>
    public EnvVarSource? ValueFrom { get; init; }
}

/// <summary>Where the value of an environment variable comes from.</summary>
public sealed record EnvVarSource
{
    /// <summary>A field of the pod.</summary>
    public ObjectFieldSelector? FieldRef { get; init; }

    /// <summary>An entry of a Secret.</summary>
    public KeySelector? SecretKeyRef { get; init; }

    /// <summary>An entry of a ConfigMap.</summary>
    public KeySelector? ConfigMapKeyRef { get; init; }
}

/// <summary>A field of a pod.</summary>
public sealed record ObjectFieldSelector
{
    /// <summary>The path, as in <c>metadata.name</c>.</summary>
    public required string FieldPath { get; init; }

    /// <summary>The version the path belongs to; <c>v1</c> unless given.</summary>
    public string? ApiVersion { get; init; }
}

/// <summary>An entry of a Secret or ConfigMap.</summary>
public sealed record KeySelector
{
    /// <summary>The object.</summary>
    public string? Name { get; init; }

    /// <summary>The entry.</summary>
    public required string Key { get; init; }

    /// <summary>Whether it may be missing.</summary>
    public bool? Optional { get; init; }
}

/// <summary>What a container needs and may use.</summary>
public sealed record ResourceRequirements
{
    /// <summary>What is set aside for it.</summary>
    public IReadOnlyDictionary<string, Quantity>? Requests { get; init; }

    /// <summary>What it cannot exceed.</summary>
    public IReadOnlyDictionary<string, Quantity>? Limits { get; init; }

    /// <summary>Devices of the pod that it uses.</summary>
    public IReadOnlyList<ResourceClaim>? Claims { get; init; }
}

/// <summary>A device of the pod that a container uses.</summary>
public sealed record ResourceClaim
{
    /// <summary>Name of the claim in the pod.</summary>
    public required string Name { get; init; }

    /// <summary>The request of the claim that is meant, where it has several.</summary>
    public string? Request { get; init; }
}

/// <summary>Whose rights a container has.</summary>
public sealed record SecurityContext
{
    /// <summary>User it runs as.</summary>
    public long? RunAsUser { get; init; }

    /// <summary>Group it runs as.</summary>
    public long? RunAsGroup { get; init; }

    /// <summary>Whether root is refused.</summary>
    public bool? RunAsNonRoot { get; init; }

    /// <summary>Whether it may do on the node what root may.</summary>
    public bool? Privileged { get; init; }

    /// <summary>Whether a process may gain more rights than its parent.</summary>
    public bool? AllowPrivilegeEscalation { get; init; }

    /// <summary>Whether the image cannot be written to.</summary>
    public bool? ReadOnlyRootFilesystem { get; init; }

    /// <summary>Single rights of root.</summary>
    public Capabilities? Capabilities { get; init; }

    /// <summary>System calls that are allowed.</summary>
    public SeccompProfile? SeccompProfile { get; init; }
}

/// <summary>Single rights of root.</summary>
public sealed record Capabilities
{
    /// <summary>Granted.</summary>
    public IReadOnlyList<string>? Add { get; init; }

    /// <summary>Taken away.</summary>
    public IReadOnlyList<string>? Drop { get; init; }
}

/// <summary>What is called around start and stop of a container.</summary>
public sealed record Lifecycle
{
    /// <summary>Right after the start.</summary>
    public ProbeHandler? PostStart { get; init; }

    /// <summary>Before the request to end.</summary>
    public ProbeHandler? PreStop { get; init; }
}
