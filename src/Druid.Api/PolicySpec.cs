using Druid.Api.Schemas;

namespace Druid.Api;

/// <summary>What the operator does where it has a choice that can cost data. Not part of other implementations of this API.</summary>
public sealed record PolicySpec
{
    /// <summary>What becomes of the volume of a member that was scaled in. Delete, the default: its data is worthless once it has left the membership. Retain: the volume stays, and is emptied before a member of the same name uses it again.</summary>
    [Enum(VolumePolicy.Delete, VolumePolicy.Retain)]
    public string? VolumesOnScaleIn { get; init; }

    /// <summary>What becomes of the members' volumes when the Etcd is deleted. Retain, the default: a new Etcd of the same name takes up their data. Delete: the data goes with the Etcd.</summary>
    [Enum(VolumePolicy.Retain, VolumePolicy.Delete)]
    public string? VolumesOnDeletion { get; init; }

    /// <summary>What happens once a majority of the members is gone for good. Wait, the default: until the annotation druid.gardener.cloud/recover-quorum acknowledges that writes since the last snapshot may be lost. Recover: rebuild from the best surviving data or the latest verified snapshot without asking.</summary>
    [Enum(QuorumLossPolicy.Wait, QuorumLossPolicy.Recover)]
    public string? OnPermanentQuorumLoss { get; init; }
}

/// <summary>Values of <see cref="PolicySpec.VolumesOnScaleIn"/> and <see cref="PolicySpec.VolumesOnDeletion"/>.</summary>
public static class VolumePolicy
{
    /// <summary>The volume goes.</summary>
    public const string Delete = "Delete";

    /// <summary>The volume stays.</summary>
    public const string Retain = "Retain";
}

/// <summary>Values of <see cref="PolicySpec.OnPermanentQuorumLoss"/>.</summary>
public static class QuorumLossPolicy
{
    /// <summary>Nothing is rebuilt before a person acknowledges the loss.</summary>
    public const string Wait = "Wait";

    /// <summary>The operator rebuilds the cluster by itself.</summary>
    public const string Recover = "Recover";
}
