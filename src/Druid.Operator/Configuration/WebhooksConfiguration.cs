using System.Text.Json.Serialization;

namespace Druid.Operator.Configuration;

/// <summary>The webhooks.</summary>
public sealed record WebhooksConfiguration
{
    /// <summary>Keeps what belongs to an Etcd from being changed by others.</summary>
    public ComponentProtectionConfiguration EtcdComponentProtection { get; set; } = new();

    /// <summary>Refuses objects of this API that break its rules.</summary>
    public SpecValidationConfiguration SpecValidation { get; set; } = new();

    internal bool AnyEnabled => EtcdComponentProtection.Enabled || SpecValidation.Enabled;
}

/// <summary>Keeps what belongs to an Etcd from being changed by others.</summary>
public sealed record ComponentProtectionConfiguration
{
    /// <summary>Whether it does.</summary>
    public bool Enabled { get; set; }

    /// <summary>The operator's service account, whose changes are let pass.</summary>
    public ServiceAccountInfo? ServiceAccountInfo { get; set; }

    /// <summary>The operator's user name, where it is no service account. Instead of serviceAccountInfo.</summary>
    [JsonPropertyName("reconcilerServiceAccountFQDN")]
    public string? ReconcilerServiceAccountFqdn { get; set; }

    /// <summary>
    /// User names of others that may change components while the operator does not. Keep those of the default where you name
    /// others: the garbage collector finishes deletions that the operator begins, and before Kubernetes 1.24 the controller
    /// manager notes in ServiceAccounts which token it made for them.
    /// </summary>
    public IReadOnlyList<string> ExemptServiceAccounts { get; set => field = value ?? []; } = ["system:serviceaccount:kube-system:generic-garbage-collector", "system:kube-controller-manager"];

    /// <summary>The operator's user name; null where nothing says it.</summary>
    internal string? OperatorUser => ServiceAccountInfo is { } account
        ? Webhooks.ComponentProtection.UserOf(account.Namespace, account.Name)
        : ReconcilerServiceAccountFqdn;

    internal IEnumerable<string> Errors()
    {
        const string Path = "webhooks.etcdComponentProtection";
        if (!Enabled)
        {
            yield break;
        }
        if (ServiceAccountInfo is null && string.IsNullOrWhiteSpace(ReconcilerServiceAccountFqdn))
        {
            yield return $"{Path}.serviceAccountInfo: is missing, so the operator would lock itself out; give name and namespace of the service account it runs as.";
        }
        if (ServiceAccountInfo is not null && ReconcilerServiceAccountFqdn is not null)
        {
            yield return $"{Path}.reconcilerServiceAccountFQDN: stands beside serviceAccountInfo, which says the same; leave it out.";
        }
        if (ServiceAccountInfo is { } account)
        {
            if (string.IsNullOrWhiteSpace(account.Name))
            {
                yield return $"{Path}.serviceAccountInfo.name: is empty; give the name of the service account that the operator runs as.";
            }
            if (string.IsNullOrWhiteSpace(account.Namespace))
            {
                yield return $"{Path}.serviceAccountInfo.namespace: is empty; give the namespace that the operator runs in.";
            }
        }
        foreach (var (index, user) in ExemptServiceAccounts.Index())
        {
            if (string.IsNullOrWhiteSpace(user))
            {
                yield return $"{Path}.exemptServiceAccounts[{index}]: is empty; give a user name, as in system:serviceaccount:namespace:name, or leave it out.";
            }
        }
    }
}

/// <summary>A service account.</summary>
public sealed record ServiceAccountInfo
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its namespace.</summary>
    public string Namespace { get; set; } = "";
}

/// <summary>Refuses objects of this API that break its rules.</summary>
public sealed record SpecValidationConfiguration
{
    /// <summary>Whether it does. Whatever this says, the operator checks the same rules before it acts.</summary>
    public bool Enabled { get; set; }
}

/// <summary>Where webhooks are served.</summary>
public sealed record WebhookServerConfiguration
{
    /// <summary>The address; empty for all.</summary>
    public string BindAddress { get; set; } = "";

    /// <summary>The port.</summary>
    public int Port { get; set; } = 9443;

    /// <summary>Directory with tls.crt and tls.key, read again when they change; empty to have an authority and certificates made, renewed and made known to the API server.</summary>
    public string ServerCertDir { get; set; } = "";
}
