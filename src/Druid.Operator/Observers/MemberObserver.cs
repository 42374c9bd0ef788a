using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Observers;

/// <summary>What leases, pods and claims say of the members.</summary>
public static class MemberObserver
{
    /// <summary>Every member of which anything exists, or that the plan has, by ordinal.</summary>
    public static IEnumerable<MemberView> Observe(ClusterObjects objects, Plan plan)
    {
        var etcd = objects.Etcd;
        var revision = objects.StatefulSet?.Status?.UpdateRevision;
        var membership = PublishedMembership.Of(Ordinals(objects, plan).Select(objects.MemberLease).OfType<Lease>());
        foreach (var ordinal in Ordinals(objects, plan))
        {
            var pod = objects.Pods.GetValueOrDefault(Names.Pod(etcd, ordinal));
            var lease = objects.MemberLease(ordinal);
            var holder = LeaseHolder.Parse(lease?.Spec?.HolderIdentity);
            var task = TaskOf(lease);
            var reportedLost = lease?.Annotation(AgentAnnotations.DataLost) == "true";
            var place = MemberView.PlaceOf(membership.Of(Names.Member(etcd, ordinal), lease), OwnWord(lease), reportedLost, task);
            yield return new MemberView
            {
                Ordinal = ordinal,
                Pod = PodObserver.StateOf(pod),
                Trouble = PodObserver.TroubleOf(pod),
                Outdated = pod is not null && revision is not null && pod.Label(PodObserver.RevisionLabel) != revision,
                Membership = place,
                Leads = holder?.Leads == true && place == Membership.Voter,
                Task = task,
                HasLease = lease is not null,
                HasVolume = objects.Claims.ContainsKey(Names.VolumeClaim(etcd, ordinal)),
                Volume = VolumeObserver.StateOf(etcd, objects.Claims.GetValueOrDefault(Names.VolumeClaim(etcd, ordinal))),
                DataLost = place == Membership.Voter && (reportedLost || IsVolumeLost(objects, ordinal)),
            };
        }
    }

    /// <summary>The agent beside the leader was asked to hand leadership over, and does not know how.</summary>
    public static bool LeaderCannotHandOver(ClusterObjects objects, Plan plan) => objects.Agents.WithoutHandover.Count > 0
        && Observe(objects, plan).FirstOrDefault(m => m.Leads) is { } leader
        && objects.Pods.GetValueOrDefault(Names.Pod(objects.Etcd, leader.Ordinal))?.Metadata.Uid is { } uid
        && objects.Agents.WithoutHandover.Contains(uid);

    static IEnumerable<int> Ordinals(ClusterObjects objects, Plan plan)
    {
        var prefix = $"{objects.Etcd.Metadata.Name}-";
        var claims = $"{Names.VolumeClaimTemplate(objects.Etcd)}-";
        var traces = objects.Pods.Keys
            .Concat(objects.Claims.Keys.Where(claim => claim.StartsWith(claims, StringComparison.Ordinal)).Select(claim => claim[claims.Length..]))
            .Concat(objects.Owned.Keys.Where(k => k.Kind == Lease.Type.Kind).Select(k => Unprefixed(objects.Etcd, k.Name)))
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => int.TryParse(name.AsSpan(prefix.Length), out var ordinal) ? ordinal : -1)
            .Where(ordinal => ordinal >= 0);
        return traces.Concat(Enumerable.Range(0, plan.Size)).Distinct().Order();
    }

    static string Unprefixed(Etcd etcd, string member) =>
        etcd.Spec.MemberNamePrefix is { Length: > 0 } prefix && member.StartsWith(prefix + "-", StringComparison.Ordinal) ? member[(prefix.Length + 1)..] : member;

    static MemberTask TaskOf(Lease? lease) => lease?.Annotation(AgentAnnotations.Task) switch
    {
        "leave" => MemberTask.Leave,
        "rebuild" => MemberTask.Rebuild,
        "rejoin" => MemberTask.Rejoin,
        _ => MemberTask.Serve,
    };

    static Membership OwnWord(Lease? lease) => lease?.Annotation(AgentAnnotations.Votes) switch
    {
        "true" => Membership.Voter,
        "false" => Membership.Learner,
        _ => Membership.Unknown,
    };

    // A member that ran and has no claim any more has lost its data, as has one whose agent found nothing where its data was.
    static bool IsVolumeLost(ClusterObjects objects, int ordinal) =>
        objects.Claims.GetValueOrDefault(Names.VolumeClaim(objects.Etcd, ordinal)) is not { Status.Phase: not "Lost" };
}
