using System.Globalization;
using Druid.Member.Configuration;
using Druid.Member.Etcd.Rpc;

namespace Druid.Member.Membership;

/// <summary>What a member reports of itself in its lease.</summary>
/// <param name="MemberId">Its id.</param>
/// <param name="ClusterId">Its cluster's id.</param>
/// <param name="Leads">It is the leader.</param>
/// <param name="Votes">It votes, or is about to.</param>
/// <param name="PeerTls">Its peer traffic is encrypted.</param>
/// <param name="Members">All members, <c>name=id:voter|learner</c> separated by commas; known to the leader alone.</param>
sealed record MemberReport(ulong MemberId, ulong ClusterId, bool Leads, bool Votes, bool PeerTls, string? Members)
{
    /// <summary>The lease's holder: <c>member:cluster:Leader|Member</c>, ids in hexadecimal.</summary>
    public string HolderIdentity => string.Create(CultureInfo.InvariantCulture, $"{MemberId:x}:{ClusterId:x}:{(Leads ? "Leader" : "Member")}");

    /// <summary>Who a holder identity says the member is, in hexadecimal; null when it says nothing.</summary>
    public static string? IdIn(string? holderIdentity) => holderIdentity?.Split(':') is [{ Length: > 0 } id, _, ..] ? id : null;

    /// <summary>The list of all members. One that never started has no name yet: it goes by the configured one.</summary>
    public static string List(IEnumerable<ClusterMember> members, IReadOnlyList<MemberUrl> configured) =>
        string.Join(',', members.Select(member => string.Create(CultureInfo.InvariantCulture, $"{NameOf(member, configured)}={member.ID:x}:{(member.IsLearner ? "learner" : "voter")}")));

    /// <summary>A member's name, or the configured name of its peer URL, or its id.</summary>
    public static string NameOf(ClusterMember member, IReadOnlyList<MemberUrl> configured) =>
        member.Name.Length > 0 ? member.Name
        : configured.FirstOrDefault(c => member.PeerURLs.Contains(c.PeerUrl)) is { Name: { } name } ? name
        : member.ID.ToString("x", CultureInfo.InvariantCulture);
}
