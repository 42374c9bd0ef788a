using System.Globalization;
using Druid.Kubernetes.Client;

namespace Druid.Operator.Components;

/// <summary>
/// What the API server knows of the fields that are newer than the oldest supported one (1.20). Server-side apply refuses an object
/// with a field that the server does not know, and drops a field whose feature is off by default, so such fields are left out.
/// </summary>
public sealed record ServerFeatures
{
    /// <summary>Those of a server that knows all.</summary>
    public static ServerFeatures All { get; } = new();

    /// <summary>Whether budgets can let unready pods be evicted; on since 1.27.</summary>
    public bool UnhealthyPodEvictionPolicy { get; init; } = true;

    /// <summary>Whether Services can prefer near endpoints; on since 1.31.</summary>
    public bool TrafficDistribution { get; init; } = true;

    /// <summary>Those of a server of this version; of one that does not tell its version, all.</summary>
    public static ServerFeatures Of(ServerVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        // Some providers write the minor version with a plus sign.
        if (version.Major != "1" || !int.TryParse(version.Minor?.TrimEnd('+'), NumberStyles.None, CultureInfo.InvariantCulture, out var minor)) return All;
        return new() { UnhealthyPodEvictionPolicy = minor >= 27, TrafficDistribution = minor >= 31 };
    }
}
