using System.Globalization;
using Druid.Member.Etcd.Rpc;

namespace Druid.Member.Maintenance;

/// <summary>What is to be done about a cluster that refuses writes because a database reached its quota.</summary>
enum SpaceVerdict
{
    /// <summary>It is not known whether anything would help.</summary>
    Wait,

    /// <summary>Nothing would help: what is in use comes close to the quota.</summary>
    Full,

    /// <summary>Databases are to be rewritten without their holes, which count against the quota.</summary>
    Defragment,

    /// <summary>No database comes close to the quota: writes can be accepted again.</summary>
    Disarm,
}

/// <summary>The size of one member's database.</summary>
/// <param name="Member">The member's name.</param>
/// <param name="Size">Bytes of the file, holes included: this is what etcd measures against its quota. Null when the member does not answer.</param>
/// <param name="InUse">Bytes that hold something.</param>
readonly record struct DatabaseSize(string Member, long? Size, long InUse);

/// <summary>
/// Decides how writes are accepted again after <c>NOSPACE</c>. Pure. An alarm that is disarmed too early comes back with the
/// next writes, and the cluster is defragmented for nothing: so it stays until a tenth of the quota is free everywhere.
/// </summary>
/// <param name="Verdict">What to do.</param>
/// <param name="Reason">Why, and what a person can do while it is to wait.</param>
sealed record Space(SpaceVerdict Verdict, string Reason)
{
    /// <summary>The part of the quota that may be in use for writes to be accepted again.</summary>
    public const double Roomy = 0.9;

    /// <summary>Decides.</summary>
    /// <param name="databases">Those of all members.</param>
    /// <param name="quota">Bytes that each may have.</param>
    public static Space Of(IReadOnlyList<DatabaseSize> databases, long quota)
    {
        var limit = quota * Roomy;
        if (databases.FirstOrDefault(d => d.Size is null) is { Member: { } silent })
            return new(SpaceVerdict.Wait, $"{silent} does not say how large its database is: bring it back");
        var fullest = databases.MaxBy(d => d.InUse);
        if (fullest.InUse > limit)
            return new(SpaceVerdict.Full, $"{Bytes(fullest.InUse)} of {Bytes(quota)} are in use at {fullest.Member}: delete keys and compact the history, which etcd still accepts, or raise spec.etcd.quota");
        var largest = databases.MaxBy(d => d.Size);
        return largest.Size > limit
            ? new(SpaceVerdict.Defragment, $"{Bytes(fullest.InUse)} of {Bytes(quota)} are in use, and the database of {largest.Member} has {Bytes(largest.Size.Value)}")
            : new(SpaceVerdict.Disarm, $"the largest database has {Bytes(largest.Size ?? 0)} of {Bytes(quota)}");
    }

    /// <summary>Whether a member says that the cluster refuses writes for want of space.</summary>
    public static bool IsExhausted(StatusResponse? status) => status?.Errors.Any(error => error.Contains(nameof(AlarmType.Nospace), StringComparison.OrdinalIgnoreCase)) == true;

    static string Bytes(long bytes) => bytes == long.MaxValue ? "unlimited" : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB");
}
