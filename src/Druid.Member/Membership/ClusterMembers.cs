using Druid.Member.Etcd.Rpc;

namespace Druid.Member.Membership;

/// <summary>The members of a running etcd cluster, confirmed by its quorum.</summary>
/// <param name="ClusterId">The cluster's id.</param>
/// <param name="Members">Its members, learners included.</param>
sealed record ClusterMembers(ulong ClusterId, IReadOnlyList<ClusterMember> Members)
{
    /// <summary>The member with this id.</summary>
    public ClusterMember? Find(ulong id) => Members.FirstOrDefault(m => m.ID == id);

    /// <summary>The member of this name or, as one that never started has no name, with one of these peer URLs.</summary>
    public ClusterMember? Find(string name, IReadOnlyList<string> peerUrls) =>
        Members.FirstOrDefault(m => m.Name == name) ?? Members.FirstOrDefault(m => m.Name.Length == 0 && m.PeerURLs.Any(peerUrls.Contains));
}

/// <summary>Facts about members that etcd states only indirectly.</summary>
static class ClusterMemberFacts
{
    /// <summary>Whether its etcd ever ran: only then it has announced its client URLs.</summary>
    public static bool HasStarted(this ClusterMember member) => member.ClientURLs.Count > 0;
}
