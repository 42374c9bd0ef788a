using Druid.Kubernetes.Client;
using Druid.Kubernetes.Runtime;
using Druid.Operator.Configuration;
using Druid.Operator.Controllers;
using Druid.Operator.Server;
using Druid.Operator.Webhooks.Certificates;
using Serilog;

namespace Druid.Operator.Webhooks;

/// <summary>The webhooks that a configuration asks for, and their certificate. Every replica serves them, whoever leads.</summary>
sealed class WebhookService : IDisposable
{
    readonly WebhookMetrics metrics = new();
    readonly ICertificates certificates;

    WebhookService(OperatorConfiguration configuration, ClusterCache cache, KubernetesClient client, IRuntimeObserver observer, ILogger log)
    {
        var server = configuration.Server.Webhooks;
        certificates = server.ServerCertDir.Length > 0
            ? new CertificateDirectory(server.ServerCertDir, TimeProvider.System, log)
            : new ManagedCertificates(client, WebhookRegistration.Name, observer, TimeProvider.System, log);
        Endpoint = new(server.BindAddress, server.Port, () => certificates.Current, new WebhookEndpoint(Webhooks(configuration.Webhooks, cache, client), metrics, log).Handle);
    }

    /// <summary>Where they are served.</summary>
    public TlsService Endpoint { get; }

    /// <summary>Why they cannot be served yet; null when they can.</summary>
    public string? NotReady => certificates.Current is null ? "There is no certificate for the webhooks yet; the log says why." : null;

    /// <summary>The webhooks; null when none is enabled.</summary>
    public static WebhookService? Of(OperatorConfiguration configuration, ClusterCache cache, KubernetesClient client, IRuntimeObserver observer, ILogger log) =>
        configuration.Webhooks.AnyEnabled ? new(configuration, cache, client, observer, log) : null;

    /// <summary>Keeps the certificate current until cancelled.</summary>
    public Task Run(CancellationToken cancel) => certificates.Run(cancel);

    public void Dispose() => metrics.Dispose();

    static Dictionary<string, IWebhook> Webhooks(WebhooksConfiguration configuration, ClusterCache cache, KubernetesClient client)
    {
        var webhooks = new Dictionary<string, IWebhook>();
        if (configuration.EtcdComponentProtection is { Enabled: true } protection)
        {
            webhooks.Add(ProtectionWebhook.Path, new ProtectionWebhook(cache, client, new(protection.OperatorUser!, [.. protection.ExemptServiceAccounts])));
        }
        if (configuration.SpecValidation.Enabled)
        {
            webhooks.Add(SpecWebhook.Path, new SpecWebhook());
        }
        return webhooks;
    }
}
