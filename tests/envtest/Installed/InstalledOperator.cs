using System.Text.Json.Nodes;
using Druid.EnvtestTests.Operator;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Operator.Installation;
using Druid.Operator.Webhooks;
using Druid.Testing;

namespace Druid.EnvtestTests.Installed;

/// <summary>
/// An operator as an installation runs it: with the rights of its service account and no others, elected by its lease, and
/// asked by the API server through webhooks. Only its pod is this process, so webhooks are called by URL and not by a Service.
/// </summary>
public sealed class InstalledOperator : IAsyncLifetime
{
    /// <summary>Where it is installed.</summary>
    internal const string Namespace = "druid-system";

    SimulatedMembers? members;
    RunningOperator? running;
    SpanCollector? spans;
    bool reconciled;

    internal ControlPlane Plane { get; private set; } = null!;

    /// <summary>As an administrator.</summary>
    internal KubernetesClient Client => Plane.Client;

    internal RunningOperator Operator => running!;

    /// <summary>Where webhooks are served.</summary>
    internal Uri Webhooks { get; private set; } = null!;

    /// <summary>Every span it sent.</summary>
    internal SpanCollector Spans => spans!;

    /// <summary>Where metrics are served.</summary>
    internal Uri Metrics { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Plane = await ControlPlane.Start("installed");
        await OperatorFixture.InstallCrds(Plane);
        foreach (var resource in Objects())
        {
            await Apply(resource);
        }
        members = SimulatedMembers.Start(Plane);
        spans = await SpanCollector.Start();
        var token = await TokenOf(Namespace, Installation.Name);
        var account = Plane.Configuration with { ClientCertificate = null, Token = token, Namespace = Namespace };
        running = RunningOperator.Start(
            Plane,
            configuration =>
            {
                configuration.LeaderElection.Enabled = true;
                configuration.Tracing.Endpoint = Spans.Address.ToString();
                configuration.Server.Webhooks.BindAddress = "127.0.0.1";
                configuration.Server.Webhooks.Port = FreePorts.Next();
                configuration.Controllers.Compaction.Enabled = true;
                configuration.Webhooks.SpecValidation.Enabled = true;
                configuration.Webhooks.EtcdComponentProtection.Enabled = true;
                configuration.Webhooks.EtcdComponentProtection.ServiceAccountInfo = new() { Name = Installation.Name, Namespace = Namespace };
                Webhooks = new($"https://127.0.0.1:{configuration.Server.Webhooks.Port}");
                Metrics = new($"http://127.0.0.1:{configuration.Server.Metrics.Port}/metrics");
            },
            account);
        await Apply(Registration(path => new() { Url = new Uri(Webhooks, path).ToString() }));
        await ControlPlane.Eventually("the API server trusts the webhooks", async () =>
            (await Client.Get<ValidatingWebhookConfiguration>(new("", WebhookRegistration.Name))).Webhooks!.All(w => w.ClientConfig.CaBundle is { Length: > 0 }));
        await UntilAsked();
    }

    /// <summary>Waits until the API server reaches the webhooks and trusts them.</summary>
    internal Task UntilAsked() => ControlPlane.Eventually("the webhooks are asked", async () =>
    {
        try
        {
            await Client.Create(new Druid.Api.Etcd { Metadata = new() { Name = "invalid", Namespace = "default" }, Spec = new() { Replicas = 1, StorageClass = "Not A Name" } });
            await Client.Delete<Druid.Api.Etcd>(new("default", "invalid"));
            return false;
        }
        catch (KubernetesException error) when (error.Reason is ErrorReason.Invalid or ErrorReason.Forbidden)
        {
            return error.Message.Contains("admission webhook", StringComparison.Ordinal);
        }
    });

    /// <summary>Who is exempt from protection.</summary>
    internal const string Exempt = "system:serviceaccount:kube-system:generic-garbage-collector";

    /// <summary>Somebody who may do everything but is not the operator.</summary>
    internal const string Somebody = "jane";

    public async Task DisposeAsync()
    {
        if (running is not null)
        {
            await running.DisposeAsync();
        }
        if (members is not null)
        {
            await members.DisposeAsync();
        }
        if (spans is not null)
        {
            await spans.DisposeAsync();
        }
        await Plane.DisposeAsync();
    }

    /// <summary>What every test ends with: each step so far is one that the model allows. A test without a cluster has none.</summary>
    internal void VerifySteps()
    {
        if (reconciled)
        {
            OperatorLog.Conforms([Operator.Log.Lines]);
        }
    }

    /// <summary>A client that acts as another user, with the rights of an administrator.</summary>
    internal KubernetesClient As(string user) => Plane.NewClient(new() { Wrap = inner => new Impersonating(inner, user) });

    /// <summary>A ready cluster in a namespace of its own.</summary>
    internal async Task<Druid.Api.Etcd> Ready(int replicas = 1, Func<Druid.Api.EtcdSpec, Druid.Api.EtcdSpec>? with = null, string? ns = null)
    {
        var key = new ObjectKey(ns ?? await Plane.NewNamespace("etcd"), "e");
        var spec = new Druid.Api.EtcdSpec { Replicas = replicas, Labels = new Dictionary<string, string> { ["app"] = "test" } };
        await Client.Create(new Druid.Api.Etcd { Metadata = new() { Name = key.Name, Namespace = key.Namespace }, Spec = with?.Invoke(spec) ?? spec });
        var etcd = await Until(key, "is ready", OperatorFixture.IsReady);
        reconciled = true;
        return etcd;
    }

    internal async Task<Druid.Api.Etcd> Until(ObjectKey key, string what, Func<Druid.Api.Etcd, bool> holds, TimeSpan? within = null)
    {
        try
        {
            return await ControlPlane.Eventually<Druid.Api.Etcd>($"Etcd {key}: {what}", async () => await Client.TryGet<Druid.Api.Etcd>(key) is { } etcd && holds(etcd) ? etcd : null, within);
        }
        catch (Xunit.Sdk.FailException error)
        {
            var said = Operator.Log.Events.Where(e => e.Level >= Serilog.Events.LogEventLevel.Information).TakeLast(12).Select(e => e.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
            throw new Xunit.Sdk.XunitException($"{error.Message} The operator said:\n{string.Join('\n', said)}");
        }
    }

    internal static JsonObject Annotate(string name, string? value) => new() { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [name] = value } } };

    internal static ValidatingWebhookConfiguration Registration(Func<string, WebhookClientConfig> client) =>
        new WebhookRegistration(client, Protection: true, Specs: true).Render();

    // What the chart installs, besides what needs nodes and the webhooks, which are elsewhere here.
    static IEnumerable<IResource> Objects() => new Installation
    {
        Namespace = Namespace,
        OperatorImage = "operator",
        MemberImage = "member",
        ShellImage = "shell",
        Protection = true,
    }.Render().Where(resource => resource is not (Deployment or ValidatingWebhookConfiguration));

    async Task Apply(IResource resource)
    {
        _ = resource switch
        {
            ClusterRole r => await Client.Apply(r, "installer") as IResource,
            ClusterRoleBinding r => await Client.Apply(r, "installer"),
            ConfigMap r => await Client.Apply(r, "installer"),
            Druid.Kubernetes.Resources.Namespace r => await Client.Apply(r, "installer"),
            Role r => await Client.Apply(r, "installer"),
            RoleBinding r => await Client.Apply(r, "installer"),
            Service r => await Client.Apply(r, "installer"),
            ServiceAccount r => await Client.Apply(r, "installer"),
            ValidatingWebhookConfiguration r => await Client.Apply(r, "installer"),
            _ => throw new InvalidOperationException($"Nobody here knows how to apply a {resource.Kind}."),
        };
    }

    // Filled by the server's own controller.
    async Task<string> TokenOf(string ns, string account)
    {
        var key = new ObjectKey(ns, $"{account}-token");
        await Client.Create(new Secret
        {
            Metadata = new() { Namespace = ns, Name = key.Name, Annotations = new Dictionary<string, string> { ["kubernetes.io/service-account.name"] = account } },
            SecretType = "kubernetes.io/service-account-token",
        });
        return await ControlPlane.Eventually("the account has a token", async () =>
            (await Client.Get<Secret>(key)).Data?.GetValueOrDefault("token") is { Length: > 0 } token ? System.Text.Encoding.UTF8.GetString(token) : null);
    }

    sealed class Impersonating(HttpMessageHandler inner, string user) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add("Impersonate-User", user);
            request.Headers.Add("Impersonate-Group", "system:masters");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
