using System.Globalization;

namespace Druid.Api;

/// <summary>Annotations that a user puts on an Etcd, and those that the operator puts on what it owns.</summary>
public static class Annotations
{
    /// <summary>Asks for an operation; the operator removes it once it has taken it up. See <see cref="Reconcile"/>.</summary>
    public const string Operation = "druid.gardener.cloud/operation";

    /// <summary>The older name of <see cref="Operation"/>, with the same meaning.</summary>
    public const string LegacyOperation = "gardener.cloud/operation";

    /// <summary>Value of <see cref="Operation"/>: bring the cluster to its spec now.</summary>
    public const string Reconcile = "reconcile";

    /// <summary>While present, with any value, the operator leaves the cluster as it is and writes only status and events.</summary>
    public const string SuspendReconcile = "druid.gardener.cloud/suspend-etcd-spec-reconcile";

    /// <summary>While present, with any value, others may change and delete the objects that belong to the Etcd.</summary>
    public const string DisableProtection = "druid.gardener.cloud/disable-etcd-component-protection";

    /// <summary>While present, with any value, only the ConfigMap and a StatefulSet without pods are made.</summary>
    public const string DisableRuntimeComponents = "druid.gardener.cloud/disable-etcd-runtime-component-creation";

    /// <summary>Acknowledges that writes since the last snapshot may be lost, and lets the operator rebuild a cluster that has lost its quorum for good. Removed once taken up.</summary>
    public const string RecoverQuorum = "druid.gardener.cloud/recover-quorum";

    /// <summary>On an Etcd: asks for delta snapshots up to this revision to be compacted, however few they are, and whether or not the operator compacts on its own. Of no effect once a full snapshot reaches so far.</summary>
    public const string CompactUpTo = "druid.gardener.cloud/compact-up-to-revision";

    /// <summary>On an Etcd: lets pods that are not ready be evicted even where the budget is used up.</summary>
    public const string AllowUnhealthyPodEviction = "resources.druid.gardener.cloud/allow-unhealthy-pod-eviction";

    /// <summary>On a pod: checksum of the ConfigMap that it was started with, so that a change rolls the pods.</summary>
    public const string ConfigMapChecksum = "checksum/etcd-configmap";

    /// <summary>On a member's Lease: true once the member's peer URL is TLS.</summary>
    public const string MemberTlsEnabled = "member.etcd.gardener.cloud/tls-enabled";

    /// <summary>Whether the user asks for a reconciliation now, under either name.</summary>
    public static bool AsksForReconcile(this Etcd etcd) =>
        etcd.Annotation(Operation) == Reconcile || etcd.Annotation(LegacyOperation) == Reconcile;

    /// <summary>Whether the user has suspended reconciliation.</summary>
    public static bool IsSuspended(this Etcd etcd) => etcd.Annotation(SuspendReconcile) is not null;

    /// <summary>Whether the objects that belong to the Etcd are protected from others.</summary>
    public static bool IsProtected(this Etcd etcd) => etcd.Annotation(DisableProtection) is null;

    /// <summary>Whether pods, Services, Leases and the rest are made, and not only the ConfigMap and an empty StatefulSet.</summary>
    public static bool RunsMembers(this Etcd etcd) => etcd.Annotation(DisableRuntimeComponents) is null;

    /// <summary>Whether the user has acknowledged the loss of quorum.</summary>
    public static bool AcknowledgesQuorumLoss(this Etcd etcd) => etcd.Annotation(RecoverQuorum) is not null;

    /// <summary>The revision up to which the user asks for delta snapshots to be compacted; null where nothing is asked for.</summary>
    public static long? AsksForCompactionUpTo(this Etcd etcd) =>
        long.TryParse(etcd.Annotation(CompactUpTo), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : null;

    static string? Annotation(this Etcd etcd, string name) => etcd.Metadata.Annotations?.GetValueOrDefault(name);
}
