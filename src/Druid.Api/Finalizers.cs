namespace Druid.Api;

/// <summary>Finalizers that the operator sets.</summary>
public static class Finalizers
{
    /// <summary>On an Etcd until nothing of it is left, and on every Secret that an Etcd references.</summary>
    public const string Etcd = "druid.gardener.cloud/etcd-druid";

    /// <summary>On a StatefulSet that is made anew, from before its deletion until no pod names it as its owner any more.</summary>
    public const string KeepsPods = "druid.gardener.cloud/keeps-pods";

    /// <summary>On an EtcdOpsTask until it is finished.</summary>
    public const string OpsTask = "druid.gardener.cloud/etcd-ops-task";
}
