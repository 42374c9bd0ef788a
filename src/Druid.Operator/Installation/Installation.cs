using System.Text.Json.Nodes;
using Druid.Kubernetes;
using Druid.Kubernetes.Resources;
using Druid.Operator.Webhooks;

namespace Druid.Operator.Installation;

/// <summary>
/// What an installation of the operator consists of, besides the CRDs. <c>druid-operator manifests</c> prints it for those who
/// install without Helm; a test sees to it that <c>charts/druid</c> renders the same objects.
/// </summary>
sealed record Installation
{
    /// <summary>Name of everything that is the operator's.</summary>
    public const string Name = "druid";

    /// <summary>Key of the configuration in its ConfigMap.</summary>
    public const string ConfigFile = "config.yaml";

    /// <summary>Ports, as the Service and the probes name them.</summary>
    public const string MetricsPort = "metrics", WebhooksPort = "webhooks";

    /// <summary>Where the operator runs.</summary>
    public required string Namespace { get; init; }

    /// <summary>The operator's image.</summary>
    public required string OperatorImage { get; init; }

    /// <summary>The image of the members' two containers.</summary>
    public required string MemberImage { get; init; }

    /// <summary>An image with a shell, for the init container that prepares a Local store.</summary>
    public required string ShellImage { get; init; }

    /// <summary>How many operators run; one acts, all answer webhooks.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>Whether what belongs to an Etcd is protected from others.</summary>
    public bool Protection { get; init; }

    /// <summary>Whether objects of this API are checked before they are accepted.</summary>
    public bool SpecValidation { get; init; } = true;

    /// <summary>The labels by which the operator's pods are selected.</summary>
    public static IReadOnlyDictionary<string, string> Selector { get; } = new Dictionary<string, string> { ["app.kubernetes.io/name"] = Name };

    /// <summary>The objects, in the order in which they are to be applied.</summary>
    public IEnumerable<IResource> Render()
    {
        yield return new Namespace
        {
            Metadata = new() { Name = Namespace, Labels = new Dictionary<string, string> { ["pod-security.kubernetes.io/enforce"] = "restricted" } },
        };
        yield return new ServiceAccount { Metadata = Meta(), AutomountServiceAccountToken = false };
        yield return new ClusterRole { Metadata = new() { Name = Name, Labels = Selector }, Rules = [.. Permissions.Everywhere(AnyWebhook)] };
        yield return new ClusterRoleBinding { Metadata = new() { Name = Name, Labels = Selector }, RoleRef = new() { Kind = "ClusterRole", Name = Name }, Subjects = [Account] };
        if (AnyWebhook)
        {
            yield return new Role { Metadata = Meta(), Rules = [.. Permissions.AtHome()] };
            yield return new RoleBinding { Metadata = Meta(), RoleRef = new() { Kind = "Role", Name = Name }, Subjects = [Account] };
        }
        yield return new ConfigMap { Metadata = Meta(), Data = new Dictionary<string, string> { [ConfigFile] = Yaml.Write(Configuration()) } };
        yield return Service();
        yield return OperatorWorkload.Render(this);
        if (Replicas > 1)
        {
            yield return new PodDisruptionBudget { Metadata = Meta(), Spec = new() { MinAvailable = 1, Selector = new() { MatchLabels = Selector } } };
        }
        if (AnyWebhook)
        {
            yield return Webhooks.Render() with { Metadata = new() { Name = WebhookRegistration.Name, Labels = Selector } };
        }
    }

    /// <summary>Whether there is anything for the API server to ask.</summary>
    public bool AnyWebhook => Protection || SpecValidation;

    /// <summary>Metadata of an object of the operator's namespace.</summary>
    public ObjectMeta Meta() => new() { Name = Name, Namespace = Namespace, Labels = Selector };

    Subject Account => new() { Kind = "ServiceAccount", Name = Name, Namespace = Namespace };

    WebhookRegistration Webhooks => new(
        path => new() { Service = new() { Namespace = Namespace, Name = Name, Path = path, Port = 443 } }, Protection, SpecValidation);

    // What is said here differs from the operator's own defaults.
    JsonObject Configuration() => new()
    {
        ["controllers"] = new JsonObject { ["etcd"] = new JsonObject { ["enableEtcdSpecAutoReconcile"] = true } },
        ["webhooks"] = new JsonObject
        {
            ["etcdComponentProtection"] = new JsonObject
            {
                ["enabled"] = Protection,
                ["serviceAccountInfo"] = new JsonObject { ["name"] = Name, ["namespace"] = Namespace },
            },
            ["specValidation"] = new JsonObject { ["enabled"] = SpecValidation },
        },
    };

    Service Service()
    {
        List<ServicePort> ports = [new() { Name = MetricsPort, Protocol = "TCP", Port = 8080, TargetPort = MetricsPort }];
        if (AnyWebhook)
        {
            ports.Add(new() { Name = WebhooksPort, Protocol = "TCP", Port = 443, TargetPort = WebhooksPort });
        }
        return new Service { Metadata = Meta(), Spec = new() { Selector = Selector, Ports = ports } };
    }
}
