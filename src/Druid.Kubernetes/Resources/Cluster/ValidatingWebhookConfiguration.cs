using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>Whom the server asks before it accepts a change.</summary>
public sealed record ValidatingWebhookConfiguration : IResource<ValidatingWebhookConfiguration>
{
    /// <inheritdoc/>
    public static ResourceType<ValidatingWebhookConfiguration> Type { get; } = new(
        "admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", namespaced: false,
        KubernetesJson.Default.ValidatingWebhookConfiguration);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>Who is asked, about what.</summary>
    public IReadOnlyList<ValidatingWebhook>? Webhooks { get; init; }
}

/// <summary>Who is asked, about what.</summary>
public sealed record ValidatingWebhook
{
    /// <summary>A name with a domain.</summary>
    public required string Name { get; init; }

    /// <summary>Where it listens.</summary>
    public required WebhookClientConfig ClientConfig { get; init; }

    /// <summary>Which changes.</summary>
    public IReadOnlyList<RuleWithOperations>? Rules { get; init; }

    /// <summary>What happens when it does not answer: <c>Fail</c> or <c>Ignore</c>.</summary>
    public string? FailurePolicy { get; init; }

    /// <summary><c>Exact</c> or <c>Equivalent</c>.</summary>
    public string? MatchPolicy { get; init; }

    /// <summary>As in <c>None</c>.</summary>
    public required string SideEffects { get; init; }

    /// <summary>Seconds to wait for an answer, 1 to 30.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Versions of the review that it understands.</summary>
    public IReadOnlyList<string>? AdmissionReviewVersions { get; init; }

    /// <summary>Only in namespaces with these labels.</summary>
    public LabelSelector? NamespaceSelector { get; init; }

    /// <summary>Only for objects with these labels.</summary>
    public LabelSelector? ObjectSelector { get; init; }
}

/// <summary>Where a webhook listens.</summary>
public sealed record WebhookClientConfig
{
    /// <summary>Its address, if it is not a service.</summary>
    public string? Url { get; init; }

    /// <summary>Its service.</summary>
    public WebhookServiceReference? Service { get; init; }

    /// <summary>Certificates it is checked against, PEM.</summary>
    public byte[]? CaBundle { get; init; }
}

/// <summary>The service of a webhook.</summary>
public sealed record WebhookServiceReference
{
    /// <summary>Its namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The path.</summary>
    public string? Path { get; init; }

    /// <summary>The port; 443 unless given.</summary>
    public int? Port { get; init; }
}

/// <summary>Which changes to which resources.</summary>
public sealed record RuleWithOperations
{
    /// <summary>As in <c>UPDATE</c>.</summary>
    public IReadOnlyList<string>? Operations { get; init; }

    /// <summary>API groups.</summary>
    public IReadOnlyList<string>? ApiGroups { get; init; }

    /// <summary>Versions.</summary>
    public IReadOnlyList<string>? ApiVersions { get; init; }

    /// <summary>Plurals.</summary>
    public IReadOnlyList<string>? Resources { get; init; }

    /// <summary><c>Namespaced</c>, <c>Cluster</c> or <c>*</c>.</summary>
    public string? Scope { get; init; }
}
