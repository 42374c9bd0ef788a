using Druid.Api.Validation;
using Druid.Kubernetes;
using Druid.Kubernetes.Resources;

namespace Druid.Api.Schemas;

/// <summary>The kinds of this API as the API server is told of them: made from the C# types and from the rules that validation checks.</summary>
public static class Crds
{
    /// <summary>The kind Etcd.</summary>
    public static Crd Etcd { get; } = Crd.Of(ApiJson.Of<Etcd>(), EtcdRules.All.SelectMany(rule => rule.Cel)) with
    {
        Scalable = true,
        Columns =
        [
            Column("Ready", "string", ".status.ready"),
            Column("Quorate", "string", Condition(ConditionType.Ready)),
            Column("All Members Ready", "string", Condition(ConditionType.AllMembersReady)),
            Column("Backup Ready", "string", Condition(ConditionType.BackupReady)),
            Column("Cluster ID Mismatch", "string", Condition(ConditionType.ClusterIdMismatch)),
            Age,
            Wide("Cluster Size", "integer", ".spec.replicas"),
            Wide("Current Replicas", "integer", ".status.currentReplicas"),
            Wide("Ready Replicas", "integer", ".status.readyReplicas"),
        ],
    };

    /// <summary>The kind EtcdCopyBackupsTask.</summary>
    public static Crd EtcdCopyBackupsTask { get; } = Crd.Of(ApiJson.Of<EtcdCopyBackupsTask>(), CopyBackupsTaskRules.All.SelectMany(rule => rule.Cel)) with
    {
        Columns = [Age],
    };

    /// <summary>The kind EtcdOpsTask.</summary>
    public static Crd EtcdOpsTask { get; } = Crd.Of(ApiJson.Of<EtcdOpsTask>(), OpsTaskRules.All.SelectMany(rule => rule.Cel)) with
    {
        ShortNames = ["eot"],
        Columns =
        [
            Column("State", "string", ".status.state"),
            Column("Etcd", "string", ".spec.etcdName"),
            Age,
            Wide("Phase", "string", ".status.lastOperation.type"),
            Wide("TTL", "integer", ".spec.ttlSecondsAfterFinished"),
        ],
    };

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<Crd> All { get; } = [Etcd, EtcdCopyBackupsTask, EtcdOpsTask];

    /// <summary>All CustomResourceDefinitions as YAML, ready for kubectl apply.</summary>
    /// <param name="cel">Whether with the rules in CEL: see <see cref="Crd.WithoutCel"/>.</param>
    public static string ToYaml(bool cel = true) => Yaml.WriteAll(All.Select(crd => (cel ? crd : crd.WithoutCel()).ToJson()));

    static CustomResourceColumnDefinition Age => Column("Age", "date", ".metadata.creationTimestamp");

    static CustomResourceColumnDefinition Column(string name, string type, string path) => new() { Name = name, Type = type, JsonPath = path };

    // Shown with -o wide only.
    static CustomResourceColumnDefinition Wide(string name, string type, string path) => Column(name, type, path) with { Priority = 1 };

    static string Condition(string type) => $".status.conditions[?(@.type==\"{type}\")].status";
}
