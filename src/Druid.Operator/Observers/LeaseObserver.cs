using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Observers;

/// <summary>Who holds a member lease, as its agent wrote it: <c>id:cluster:role</c>, or <c>id:role</c> by older agents.</summary>
/// <param name="MemberId">The member's id in hexadecimal.</param>
/// <param name="ClusterId">The cluster's id in hexadecimal; null from older agents.</param>
/// <param name="Role">Leader or Member; null when it is neither.</param>
public sealed record LeaseHolder(string MemberId, string? ClusterId, string? Role)
{
    /// <summary>Reads a holder identity; null for one that is absent or makes no sense, which is no reason to fail.</summary>
    public static LeaseHolder? Parse(string? identity) => identity?.Split(':') switch
    {
        [{ Length: > 0 } id, var role] => new(id, null, RoleOf(role)),
        [{ Length: > 0 } id, var cluster, var role] => new(id, cluster, RoleOf(role)),
        _ => null,
    };

    /// <summary>Whether the member leads.</summary>
    public bool Leads => Role == MemberRole.Leader;

    static string? RoleOf(string role) => role is MemberRole.Leader or MemberRole.Member ? role : null;
}

/// <summary>The membership of the etcd cluster, as the leader's agent last published it on its lease.</summary>
/// <remarks>
/// The annotation <see cref="AgentAnnotations.Members"/> lists every member as <c>name=id:voter</c> or <c>name=id:learner</c>,
/// separated by commas. Agents of the reference implementation do not publish it; a member of theirs counts as a voter from
/// the moment its lease names its id.
/// </remarks>
public sealed class PublishedMembership
{
    readonly Dictionary<string, Membership>? published;

    PublishedMembership(Dictionary<string, Membership>? published) => this.published = published;

    /// <summary>The newest list among the leases: the leader's, or the last leader's.</summary>
    public static PublishedMembership Of(IEnumerable<Lease> memberLeases)
    {
        var newest = memberLeases
            .Where(l => l.Annotation(AgentAnnotations.Members) is not null)
            .OrderByDescending(l => LeaseHolder.Parse(l.Spec?.HolderIdentity)?.Leads == true)
            .ThenByDescending(l => l.Spec?.RenewTime ?? DateTimeOffset.MinValue)
            .FirstOrDefault();
        return new(newest is null ? null : Read(newest.Annotation(AgentAnnotations.Members)!));
    }

    /// <summary>The place of a member.</summary>
    /// <param name="name">The member's name.</param>
    /// <param name="lease">Its lease, for clusters whose agents publish no list.</param>
    public Membership Of(string name, Lease? lease) => published is not null
        ? published.GetValueOrDefault(name, Membership.None)
        : LeaseHolder.Parse(lease?.Spec?.HolderIdentity) is null ? Membership.Unknown : Membership.Voter;

    static Dictionary<string, Membership> Read(string list)
    {
        var members = new Dictionary<string, Membership>();
        foreach (var entry in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (entry.Split('=') is [var name, var place])
            {
                members[name] = place.EndsWith(":learner", StringComparison.Ordinal) ? Membership.Learner : Membership.Voter;
            }
        }
        return members;
    }
}
