using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Components;

/// <summary>The ports of an Etcd's members, as given or by default, and how Services and containers declare them.</summary>
static class Ports
{
    extension(Etcd etcd)
    {
        public int ClientPort => etcd.Spec.Etcd.ClientPort ?? EtcdDefaults.ClientPort;

        public int PeerPort => etcd.Spec.Etcd.ServerPort ?? EtcdDefaults.ServerPort;

        public int WrapperPort => etcd.Spec.Etcd.WrapperPort ?? EtcdDefaults.WrapperPort;

        public int SidecarPort => etcd.Spec.Backup.Port ?? EtcdDefaults.BackupPort;
    }

    public static ServicePort OfService(string name, int port) => new() { Name = name, Protocol = "TCP", Port = port, TargetPort = port };

    public static ContainerPort OfContainer(string name, int port) => new() { Name = name, Protocol = "TCP", Port = port };
}
