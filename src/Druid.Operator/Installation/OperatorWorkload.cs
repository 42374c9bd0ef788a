using System.Text.Json;
using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Installation;

/// <summary>The Deployment that runs the operator, fit for namespaces of the pod security standard <c>restricted</c>.</summary>
static class OperatorWorkload
{
    const string ConfigDirectory = "/etc/druid";

    public static Deployment Render(Installation installation) => new()
    {
        Metadata = installation.Meta(),
        Spec = new()
        {
            Replicas = installation.Replicas,
            Selector = new() { MatchLabels = Installation.Selector },
            Template = new()
            {
                Metadata = new() { Labels = Installation.Selector },
                Spec = new()
                {
                    ServiceAccountName = Installation.Name,
                    // Mounted here and not by whoever else uses the account.
                    AutomountServiceAccountToken = true,
                    SecurityContext = new()
                    {
                        RunAsNonRoot = true,
                        RunAsUser = EtcdDefaults.User,
                        RunAsGroup = EtcdDefaults.User,
                        FsGroup = EtcdDefaults.User,
                        SeccompProfile = new() { Type = "RuntimeDefault" },
                    },
                    Affinity = installation.Replicas > 1 ? Apart : null,
                    Containers = [Container(installation)],
                    Volumes = [new() { Name = "config", ConfigMap = new() { Name = Installation.Name } }],
                },
            },
        },
    };

    static Container Container(Installation installation)
    {
        List<ContainerPort> ports = [new() { Name = Installation.MetricsPort, Port = 8080 }];
        if (installation.AnyWebhook)
        {
            ports.Add(new() { Name = Installation.WebhooksPort, Port = 9443 });
        }
        return new()
        {
            Name = "operator",
            Image = installation.OperatorImage,
            ImagePullPolicy = "IfNotPresent",
            Args = ["run", $"--config={ConfigDirectory}/{Installation.ConfigFile}", $"--member-image={installation.MemberImage}", $"--shell-image={installation.ShellImage}"],
            Env = [Field("POD_NAMESPACE", "metadata.namespace"), Field("POD_NAME", "metadata.name")],
            Ports = ports,
            LivenessProbe = new() { HttpGet = new() { Path = "/healthz", Port = Installation.MetricsPort }, PeriodSeconds = 10 },
            ReadinessProbe = new() { HttpGet = new() { Path = "/readyz", Port = Installation.MetricsPort }, PeriodSeconds = 5 },
            Resources = new() { Requests = new Dictionary<string, Quantity> { ["cpu"] = Quantity.Parse("50m"), ["memory"] = Quantity.Parse("96Mi") } },
            VolumeMounts = [new() { Name = "config", MountPath = ConfigDirectory, ReadOnly = true }],
            SecurityContext = new()
            {
                AllowPrivilegeEscalation = false,
                ReadOnlyRootFilesystem = true,
                Capabilities = new() { Drop = ["ALL"] },
            },
        };
    }

    static EnvVar Field(string name, string path) => new() { Name = name, ValueFrom = new() { FieldRef = new() { FieldPath = path } } };

    // Replicas on one node go down together; better so than none where there is but one.
    static JsonElement Apart
    {
        get
        {
            using var affinity = JsonDocument.Parse($$$"""
                {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "podAffinityTerm": {
                  "labelSelector": {"matchLabels": {"app.kubernetes.io/name": "{{{Installation.Name}}}"}}, "topologyKey": "kubernetes.io/hostname"}}]}}
                """);
            return affinity.RootElement.Clone();
        }
    }
}
