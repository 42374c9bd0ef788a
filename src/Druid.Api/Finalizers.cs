namespace Druid.Api;

/// <summary>Finalizers that the operator sets.</summary>
public static class Finalizers
{
    /// <summary>On an Etcd until nothing of it is left, and on every Secret that an Etcd references.</summary>
    public const string Etcd = "druid.gardener.cloud/etcd-druid";

    /// <summary>On an EtcdOpsTask until it is finished.</summary>
    public const string OpsTask = "druid.gardener.cloud/etcd-ops-task";
}
