using System.Globalization;
using Druid.Member.Configuration;
using Druid.Member.Data;

namespace Druid.Member.Membership;

/// <summary>
/// Decides how a member starts. The rules keep two promises: a member that may have voted never comes back under its old
/// identity without the log that it voted on, and a cluster is never founded twice.
/// </summary>
static class Joining
{
    /// <summary>The next step. Repeated until it is <see cref="JoinStep.Start"/>.</summary>
    public static JoinStep Decide(JoinObservation seen) => seen.Record.Task switch
    {
        MemberTask.Rebuild when seen.Cluster is null => Rebuild(seen), // A quorum that answers is never founded anew.
        MemberTask.Rejoin when seen.Cluster is null => new JoinStep.Wait("this member is to rejoin the cluster that is founded anew, and no quorum of it answers yet"),
        MemberTask.Leave when !IsListed(seen) && seen is not { Cluster: null, Data: DataState.Of } => new JoinStep.Wait("this member was told to leave and is not a member"),
        _ => seen.Data switch
        {
            DataState.Of data => WithData(seen, data.Identity),
            DataState.Unreadable data => WithUnreadableData(seen, data.Reason),
            _ => seen.HasOthers ? WithoutData(seen) : Found(seen),
        },
    };

    static JoinStep WithData(JoinObservation seen, MemberIdentity own)
    {
        // etcd trusts its own data for membership; without a quorum to ask, so does the agent.
        if (seen.Cluster is not { } cluster || !seen.HasOthers)
            return StartWithData(seen);
        if (cluster.ClusterId != own.ClusterId)
        {
            return seen.Record.Task == MemberTask.Rejoin
                ? new JoinStep.PutDataAside("its data belongs to the cluster that was given up")
                : new JoinStep.Refuse($"the data directory belongs to cluster {Hex(own.ClusterId)}, but cluster {Hex(cluster.ClusterId)} answers: mount the right volume, or move the data away to join anew");
        }
        return cluster.Find(own.MemberId) is not null
            ? StartWithData(seen)
            : new JoinStep.PutDataAside($"member {Hex(own.MemberId)} was removed from the cluster");
    }

    static JoinStep WithUnreadableData(JoinObservation seen, string reason) => seen switch
    {
        { HasOthers: false } => new JoinStep.Refuse($"{reason}: restore the volume, or move the data away to start empty"),
        { Cluster: null } => new JoinStep.Wait($"{reason}, and no quorum of the cluster answers that could replace it"),
        _ => new JoinStep.PutDataAside($"{reason}; the cluster has all of it"),
    };

    static JoinStep WithoutData(JoinObservation seen)
    {
        if (seen.Cluster is not { } cluster)
        {
            return seen.Record.WasMember
                ? new JoinStep.Wait($"this member was {seen.Record.Id} and lost its data; it can only be replaced once a quorum of the cluster answers")
                : seen.JoinsExisting ? new JoinStep.Wait("the cluster that this member is to join does not answer: check bootstrapWithExistingCluster.clientEndpoints")
                : Found(seen);
        }
        if (cluster.Find(seen.Name, seen.PeerUrls) is not { } listed)
            return new JoinStep.AddAsLearner();
        return listed.HasStarted() || seen.Record.Id == Hex(listed.ID)
            ? new JoinStep.RemoveLostIdentity(listed.ID)
            : new JoinStep.Start(new(Exists: true, Present(seen, cluster)));
    }

    static JoinStep.Start Rebuild(JoinObservation seen) => seen.Data is DataState.Of
        ? new JoinStep.Start(new(Exists: false, Own(seen), ForceNew: true))
        : Found(seen with { Configured = Own(seen) });

    static JoinStep.Start StartWithData(JoinObservation seen) => new(new(Exists: true, seen.Configured));

    static JoinStep.Start Found(JoinObservation seen) => new(new(Exists: false, seen.Configured));

    static bool IsListed(JoinObservation seen) => seen.Cluster is { } cluster && seen.Data switch
    {
        DataState.Of data => cluster.Find(data.Identity.MemberId) is not null,
        _ => cluster.Find(seen.Name, seen.PeerUrls) is not null,
    };

    static MemberUrl[] Own(JoinObservation seen) => [.. seen.PeerUrls.Select(url => new MemberUrl(seen.Name, url))];

    /// <summary>
    /// The members of the cluster as etcd wants to be told before it joins: exactly those listed, with the URLs listed. A
    /// member that never started is listed without a name; any unique one will do, so it is the configured one or its id.
    /// </summary>
    static MemberUrl[] Present(JoinObservation seen, ClusterMembers cluster) =>
        [.. from member in cluster.Members from url in member.PeerURLs select new MemberUrl(MemberReport.NameOf(member, seen.Configured), url)];

    static string Hex(ulong id) => id.ToString("x", CultureInfo.InvariantCulture);
}
