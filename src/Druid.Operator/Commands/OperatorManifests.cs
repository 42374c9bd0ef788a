using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Commands;

/// <summary>What an installation of the operator consists of, besides the CRDs: for those who install without Helm.</summary>
/// <param name="Namespace">Where the operator runs.</param>
/// <param name="OperatorImage">The operator's image.</param>
/// <param name="MemberImage">The image of the members' two containers.</param>
/// <param name="ShellImage">An image with a shell, for the init container that prepares a Local store.</param>
/// <param name="Replicas">How many operators run; one acts, the others wait.</param>
sealed record OperatorManifests(string Namespace, string OperatorImage, string MemberImage, string ShellImage, int Replicas)
{
    const string Name = "druid";
    const string ConfigFile = "config.yaml";

    static readonly Dictionary<string, string> Selector = new() { ["app.kubernetes.io/name"] = Name };

    /// <summary>The objects, in the order in which they are to be applied.</summary>
    public IEnumerable<IResource> Render()
    {
        yield return new Namespace { Metadata = new() { Name = Namespace } };
        yield return new ServiceAccount { Metadata = Meta() };
        yield return new ClusterRole { Metadata = new() { Name = Name }, Rules = [.. Rules()] };
        yield return new ClusterRoleBinding
        {
            Metadata = new() { Name = Name },
            RoleRef = new() { Kind = "ClusterRole", Name = Name },
            Subjects = [new() { Kind = "ServiceAccount", Name = Name, Namespace = Namespace }],
        };
        yield return new ConfigMap { Metadata = Meta(), Data = new Dictionary<string, string> { [ConfigFile] = Configuration } };
        yield return new Service
        {
            Metadata = Meta() with { Labels = Selector },
            Spec = new() { Selector = Selector, Ports = [new() { Name = "metrics", Port = 8080 }] },
        };
        yield return Deployment();
    }

    const string Configuration = """
        controllers:
          etcd:
            enableEtcdSpecAutoReconcile: true
        """;

    // Only what the operator does; a test runs it under exactly these.
    static IEnumerable<PolicyRule> Rules() =>
    [
        Allow([ApiGroup.Name], ["etcds"], "get", "list", "watch", "patch"),
        Allow([ApiGroup.Name], ["etcds/status"], "patch"),
        // Owner references that block deletion may be set only by who may set the owner's finalizers.
        Allow([ApiGroup.Name], ["etcds/finalizers"], "update"),
        Allow([""], ["configmaps", "services", "serviceaccounts"], "get", "list", "watch", "create", "patch", "delete"),
        Allow([""], ["pods", "persistentvolumeclaims"], "get", "list", "watch", "delete"),
        Allow([""], ["pods/eviction"], "create"),
        Allow([""], ["secrets"], "list", "watch"),
        Allow([""], ["events"], "create", "patch"),
        Allow(["apps"], ["statefulsets"], "get", "list", "watch", "create", "patch", "delete"),
        Allow(["policy"], ["poddisruptionbudgets"], "get", "list", "watch", "create", "patch", "delete"),
        Allow(["coordination.k8s.io"], ["leases"], "get", "list", "watch", "create", "update", "patch", "delete"),
        Allow(["rbac.authorization.k8s.io"], ["roles", "rolebindings"], "get", "list", "watch", "create", "patch", "delete"),
        // What the members' roles grant must be held by who grants it.
        Allow(["apps"], ["statefulsets"], "update"),
    ];

    Deployment Deployment() => new()
    {
        Metadata = Meta() with { Labels = Selector },
        Spec = new()
        {
            Replicas = Replicas,
            Selector = new() { MatchLabels = Selector },
            Template = new()
            {
                Metadata = new() { Labels = Selector },
                Spec = new()
                {
                    ServiceAccountName = Name,
                    SecurityContext = new() { RunAsNonRoot = true, RunAsUser = EtcdDefaults.User, RunAsGroup = EtcdDefaults.User, FsGroup = EtcdDefaults.User },
                    Containers = [Container()],
                    Volumes = [new() { Name = "config", ConfigMap = new() { Name = Name } }],
                },
            },
        },
    };

    Container Container() => new()
    {
        Name = "operator",
        Image = OperatorImage,
        ImagePullPolicy = "IfNotPresent",
        Args = ["run", $"--config=/etc/druid/{ConfigFile}", $"--member-image={MemberImage}", $"--shell-image={ShellImage}"],
        Env = [new() { Name = "POD_NAMESPACE", ValueFrom = new() { FieldRef = new() { FieldPath = "metadata.namespace" } } }, new() { Name = "POD_NAME", ValueFrom = new() { FieldRef = new() { FieldPath = "metadata.name" } } }],
        Ports = [new() { Name = "metrics", Port = 8080 }],
        LivenessProbe = new() { HttpGet = new() { Path = "/healthz", Port = "metrics" }, PeriodSeconds = 10 },
        ReadinessProbe = new() { HttpGet = new() { Path = "/readyz", Port = "metrics" }, PeriodSeconds = 5 },
        Resources = new() { Requests = new Dictionary<string, Quantity> { ["cpu"] = Quantity.Parse("50m"), ["memory"] = Quantity.Parse("96Mi") } },
        VolumeMounts = [new() { Name = "config", MountPath = "/etc/druid", ReadOnly = true }],
        SecurityContext = new()
        {
            AllowPrivilegeEscalation = false,
            ReadOnlyRootFilesystem = true,
            Capabilities = new() { Drop = ["ALL"] },
        },
    };

    ObjectMeta Meta() => new() { Name = Name, Namespace = Namespace };

    static PolicyRule Allow(string[] groups, string[] resources, params string[] verbs) => new() { ApiGroups = groups, Resources = resources, Verbs = verbs };
}
