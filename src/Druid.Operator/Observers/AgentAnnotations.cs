namespace Druid.Operator.Observers;

/// <summary>
/// How operator and member agents talk besides the fixed contract: annotations of the members' leases, which both watch or
/// renew anyway, so that a settled cluster costs no request more. See docs/decisions/0007-lease-annotations.md.
/// </summary>
public static class AgentAnnotations
{
    /// <summary>Written by the leader's agent: the etcd membership, <c>name=id:voter|learner</c> separated by commas.</summary>
    public const string Members = "druid.gardener.cloud/members";

    /// <summary>Written by the operator: <c>leave</c>, <c>rebuild</c> or <c>rejoin</c>; absent or anything else: serve.</summary>
    public const string Task = "druid.gardener.cloud/member-task";

    /// <summary>Written by a member's agent: <c>true</c> while its data is gone although it had an identity.</summary>
    public const string DataLost = "druid.gardener.cloud/data-lost";

    /// <summary>Written by a member's agent: <c>false</c> while it is a learner, <c>true</c> from the moment before it is promoted.</summary>
    public const string Votes = "druid.gardener.cloud/votes";
}
