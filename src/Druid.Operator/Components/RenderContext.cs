using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Images;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Components;

/// <summary>All that a rendering depends on.</summary>
/// <param name="Etcd">
/// The Etcd as its user wrote it, without defaults: flags of the containers are left out where the spec leaves the choice, so
/// that pods which run with the programs' own defaults stay as they are.
/// </param>
/// <param name="Size">
/// The number of members to render for. Not <c>spec.replicas</c>: a cluster grows and shrinks one member at a time.
/// </param>
/// <param name="Images">Where images come from that the Etcd does not name.</param>
public sealed record RenderContext(Etcd Etcd, int Size, ImageVector Images)
{
    /// <summary>How members talk to each other. Not what the spec says: a change goes stage by stage.</summary>
    public PeerTls PeerTls { get; init; } = Etcd.Spec.Etcd.PeerUrlTls is null ? PeerTls.Off : PeerTls.On;

    /// <summary>Size and stage together: what is recorded on the StatefulSet.</summary>
    public Plan Plan => new(Size, PeerTls);

    /// <summary>
    /// The secrets that members use among themselves now (<see cref="LivePeerTls.Of"/>): needed while encryption is turned off, when
    /// the spec no longer names them.
    /// </summary>
    public PeerTlsConfig? LivePeerTls { get; init; }

    /// <summary>Who replaces pods of an old template.</summary>
    public UpdateStrategy UpdateStrategy { get; init; } = UpdateStrategy.OnDelete;

    /// <summary>
    /// The annotation <see cref="Annotations.ConfigMapChecksum"/> of the StatefulSet's pod template; where only pods are left, that
    /// of a pod; null where there is neither.
    /// </summary>
    public string? LiveConfigChecksum { get; init; }

    /// <summary>A digest of the authorities that etcd trusts, as they are now; null without TLS.</summary>
    public string? Authorities { get; init; }

    /// <summary>The digest of those that were there first; null where nothing is remembered.</summary>
    public string? FirstAuthorities { get; init; }

    /// <summary>
    /// What the claim template of the StatefulSet that is there asks for; null where there is none. A claim template cannot be
    /// changed: a larger one takes a StatefulSet made anew.
    /// </summary>
    public Quantity? LiveClaimCapacity { get; init; }

    /// <summary>
    /// With a Local store: the directory of the node that holds its containers, which is the entry <c>hostPath</c> of the store's
    /// secret; null where there is no such entry.
    /// </summary>
    public string? BackupHostPath { get; init; }

    /// <summary>What the server knows that the objects are applied to.</summary>
    public ServerFeatures Server { get; init; } = ServerFeatures.All;

    /// <summary>Whether pods get a token of their service account.</summary>
    public bool AutomountServiceAccountToken { get; init; } = true;

    /// <summary>Whether etcd is configured for the next version (feature gate UpgradeEtcdVersion).</summary>
    public bool UpgradeEtcdVersion { get; init; }

    /// <summary>The secrets that members hold for each other; null where they hold none.</summary>
    internal PeerTlsConfig? PeerSecrets => PeerTls == PeerTls.Off ? null : Etcd.Spec.Etcd.PeerUrlTls ?? LivePeerTls;

    /// <summary>The Etcd with peer TLS as members listen now, which is what their URLs say. Members that are only prepared listen without.</summary>
    internal Etcd Listening => Etcd with
    {
        Spec = Etcd.Spec with { Etcd = Etcd.Spec.Etcd with { PeerUrlTls = PeerTls == PeerTls.On ? PeerSecrets : null } },
    };
}

/// <summary>Who replaces pods of an old template.</summary>
public enum UpdateStrategy
{
    /// <summary>The operator, which knows the quorum.</summary>
    OnDelete,

    /// <summary>The StatefulSet controller, highest ordinal first, each once the one before is ready.</summary>
    RollingUpdate,
}
