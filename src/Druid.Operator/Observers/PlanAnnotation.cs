using System.Globalization;
using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Observers;

/// <summary>
/// The plan that a cluster's objects were last rendered for, kept as an annotation of the StatefulSet and, for the while in
/// which a StatefulSet is made anew around pods that run, of the ConfigMap. The replicas alone
/// would not do: someone who scales the StatefulSet by hand would change the plan instead of being corrected.
/// </summary>
public static class PlanAnnotation
{
    /// <summary>The annotation: <c>size/peer TLS stage</c>, as in <c>3/On</c>.</summary>
    public const string Name = "druid.gardener.cloud/plan";

    /// <summary>The annotation's value for a plan.</summary>
    public static string Write(Plan plan) => string.Create(CultureInfo.InvariantCulture, $"{plan.Size}/{plan.PeerTls}");

    /// <summary>
    /// The plan of a cluster: the recorded one; for a StatefulSet of another manager what it shows; for a new cluster what
    /// the spec declares.
    /// </summary>
    public static Plan Of(Etcd etcd, StatefulSet? statefulSet, ConfigMap? configMap = null)
    {
        if (statefulSet is null)
        {
            return configMap is not null && Recorded(configMap) is { } left ? left : new(etcd.RunsMembers() ? etcd.Spec.Replicas : 0, etcd.Spec.Etcd.PeerUrlTls is null ? PeerTls.Off : PeerTls.On);
        }
        return Recorded(statefulSet) ?? new(statefulSet.Spec?.Replicas ?? 1, MountsPeerCertificates(statefulSet) ? PeerTls.On : PeerTls.Off);
    }

    static Plan? Recorded(IResource resource) => resource.Annotation(Name)?.Split('/') is [var size, var stage]
        && int.TryParse(size, CultureInfo.InvariantCulture, out var members) && Enum.TryParse<PeerTls>(stage, out var peerTls)
        ? new(members, peerTls)
        : null;

    // The reference implementation has no stage in between: a template that mounts the peers' certificates serves with them.
    static bool MountsPeerCertificates(StatefulSet statefulSet) =>
        statefulSet.Spec?.Template?.Spec?.Volumes?.Any(v => v.Name is "etcd-peer-server-tls" or "peer-url-etcd-server-tls") == true;
}
