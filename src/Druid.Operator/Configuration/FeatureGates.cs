namespace Druid.Operator.Configuration;

/// <summary>Behaviour that installations turn on or off: <c>featureGates</c> of the configuration.</summary>
/// <param name="gates">What the configuration says, by name.</param>
public sealed class FeatureGates(IReadOnlyDictionary<string, bool> gates)
{
    /// <summary>Members run the images that end in <c>-next</c>, with the configuration of etcd 3.5. Where there is a store, a full snapshot is taken before the image of a cluster's etcd changes. Off by default.</summary>
    public const string UpgradeEtcdVersion = nameof(UpgradeEtcdVersion);

    /// <summary>Pods of an old template are replaced by the StatefulSet controller, and not by the operator, which knows the quorum. Off by default.</summary>
    public const string RollingUpdate = nameof(RollingUpdate);

    // There is no other way to run etcd any more.
    const string UseEtcdWrapper = nameof(UseEtcdWrapper);

    /// <summary>Whether a feature is on.</summary>
    public bool IsOn(string feature) => gates.GetValueOrDefault(feature);

    /// <summary>What is wrong, a sentence each.</summary>
    internal IEnumerable<string> Errors()
    {
        foreach (var (feature, on) in gates)
        {
            if (feature is not (UpgradeEtcdVersion or RollingUpdate or UseEtcdWrapper))
            {
                yield return $"featureGates.{feature}: no such feature; there are {UpgradeEtcdVersion}, {RollingUpdate} and {UseEtcdWrapper}.";
            }
            else if (feature == UseEtcdWrapper && !on)
            {
                yield return $"featureGates.{feature}: it cannot be turned off; remove the entry.";
            }
        }
    }
}
