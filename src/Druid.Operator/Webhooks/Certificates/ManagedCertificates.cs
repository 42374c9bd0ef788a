using System.Net.Security;
using System.Text;
using System.Text.Json.Nodes;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;
using Serilog;

namespace Druid.Operator.Webhooks.Certificates;

/// <summary>
/// Certificates of an authority of our own: kept in a Secret that all replicas share, renewed in time by whichever is first,
/// and made known to the API server in the configuration of the webhooks. At rest it costs two watches.
/// </summary>
sealed class ManagedCertificates : ICertificates
{
    /// <summary>The Secret, in the operator's namespace.</summary>
    public const string SecretName = "druid-webhook-certificates";

    // Timers have a limit of 49 days.
    static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    readonly KubernetesClient client;
    readonly ObjectKey secret;
    readonly ObjectKey registration;
    readonly TimeProvider time;
    readonly ILogger log;
    readonly Reflector<Secret> secrets;
    readonly Reflector<ValidatingWebhookConfiguration> registrations;
    readonly Controller<ObjectKey> controller;
    string? serving;

    /// <param name="client">Reads and writes the Secret and the webhooks' configuration.</param>
    /// <param name="registration">Name of that configuration; one that does not exist is waited for.</param>
    /// <param name="observer">Told of failures.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Told of new certificates.</param>
    public ManagedCertificates(KubernetesClient client, string registration, IRuntimeObserver observer, TimeProvider time, ILogger log)
    {
        (this.client, this.time, this.log) = (client, time, log);
        secret = new(client.Namespace, SecretName);
        this.registration = new("", registration);
        secrets = new(client, new() { Namespace = secret.Namespace, FieldSelector = $"metadata.name={secret.Name}", Observer = observer, Time = time });
        registrations = new(client, new() { FieldSelector = $"metadata.name={registration}", Observer = observer, Time = time });
        controller = new Controller<ObjectKey>("webhook-certificates", Reconcile, new() { Observer = observer, Time = time })
            .Watches(secrets, _ => [secret])
            .Watches(registrations, _ => [secret]);
    }

    public SslStreamCertificateContext? Current { get; private set; }

    public async Task Run(CancellationToken cancel)
    {
        var following = Task.WhenAll(secrets.Run(cancel), registrations.Run(cancel));
        await Task.WhenAll(secrets.Synced, registrations.Synced).WaitAsync(cancel);
        var running = controller.Run(cancel);
        // Where nothing is there yet, nothing changes that would set it going.
        controller.Enqueue(secret);
        await Task.WhenAll(following, running);
    }

    async Task<ReconcileResult> Reconcile(ObjectKey key, CancellationToken cancel)
    {
        var stored = secrets.Store.Get(secret);
        var bundle = CertificateBundle.Of(stored?.Data);
        var configured = registrations.Store.Get(registration);
        var trusted = bundle is not null && configured is not null && Untrusting(configured, bundle).Count == 0;
        var step = new CertificatePlan(Hosts(configured)).Next(bundle, trusted, time.GetUtcNow());
        if (step.Store is { } next)
        {
            log.Information("webhook certificates are renewed, because {Reason}", step.Reason);
            await Store(stored, next, cancel);
            return ReconcileResult.Done;
        }
        if (configured is not null && !trusted)
        {
            await Trust(configured, bundle!, cancel);
        }
        Serve(bundle!);
        var due = step.LookAgain - time.GetUtcNow();
        return ReconcileResult.Again(due < LongestPause ? due : LongestPause);
    }

    // Only over what was read: of several replicas the first one wins, and the others follow what it stored.
    async Task Store(Secret? stored, CertificateBundle bundle, CancellationToken cancel)
    {
        try
        {
            if (stored is null)
            {
                await client.Create(
                    new Secret
                    {
                        Metadata = new() { Namespace = secret.Namespace, Name = secret.Name },
                        SecretType = "kubernetes.io/tls",
                        Data = bundle.ToData().Where(d => d.Value is not null).ToDictionary(d => d.Key, d => d.Value!),
                    },
                    cancel);
                return;
            }
            var data = new JsonObject(bundle.ToData().Select(d => KeyValuePair.Create(d.Key, (JsonNode?)(d.Value is null ? null : Convert.ToBase64String(d.Value)))));
            await client.Patch<Secret>(secret, PatchKind.Merge, new JsonObject { ["data"] = data }, resourceVersion: stored.Metadata.ResourceVersion, cancel: cancel);
        }
        catch (KubernetesException error) when (error.Reason is ErrorReason.AlreadyExists or ErrorReason.Conflict)
        {
            // Another replica was faster; its certificates will be seen.
        }
    }

    async Task Trust(ValidatingWebhookConfiguration configured, CertificateBundle bundle, CancellationToken cancel)
    {
        var authorities = Convert.ToBase64String(Encoding.UTF8.GetBytes(bundle.Trusted));
        var operations = new JsonArray([.. Untrusting(configured, bundle).Select(i => (JsonNode)new JsonObject
        {
            ["op"] = "add", ["path"] = $"/webhooks/{i}/clientConfig/caBundle", ["value"] = authorities,
        })]);
        try
        {
            await client.Patch<ValidatingWebhookConfiguration>(registration, PatchKind.Json, operations, resourceVersion: configured.Metadata.ResourceVersion, cancel: cancel);
            log.Information("the API server trusts the webhooks' authority from now on");
        }
        catch (KubernetesException error) when (error.Reason is ErrorReason.Conflict or ErrorReason.NotFound or ErrorReason.Invalid)
        {
            // Somebody else changed it; how it is now will be seen.
        }
    }

    static List<int> Untrusting(ValidatingWebhookConfiguration configured, CertificateBundle bundle)
    {
        var authorities = Encoding.UTF8.GetBytes(bundle.Trusted);
        return [.. (configured.Webhooks ?? []).Index().Where(w => !authorities.AsSpan().SequenceEqual(w.Item.ClientConfig.CaBundle)).Select(w => w.Index)];
    }

    // As the API server calls them, and as somebody at home does who forwards the port.
    static List<string> Hosts(ValidatingWebhookConfiguration? configured) =>
    [
        "localhost",
        .. (configured?.Webhooks ?? [])
            .Select(w => w.ClientConfig is { Service: { } service } ? $"{service.Name}.{service.Namespace}.svc"
                : w.ClientConfig.Url is { } url && Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri.IdnHost : null)
            .Where(host => host is not null).Select(host => host!).Distinct(),
    ];

    void Serve(CertificateBundle bundle)
    {
        if (bundle.Server.Certificate == serving)
        {
            return;
        }
        Current = ServingCertificate.Of(bundle.Server.Certificate, bundle.Server.Key);
        serving = bundle.Server.Certificate;
        log.Information("webhooks serve a certificate of their own authority, valid until {Until:u}", Current.TargetCertificate.NotAfter.ToUniversalTime());
    }
}
