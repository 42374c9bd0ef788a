using Druid.Member.Configuration;
using Druid.Member.Etcd.Rpc;
using Druid.Member.Membership;
using Druid.Member.Sidecar;

namespace Druid.UnitTests.Member;

public class MemberLeaseTests
{
    static readonly MemberReport Follower = new(0x8e9e05c52164694d, 0xcdf818194e3a8c32, Leads: false, Votes: true, PeerTls: true, Members: null);

    [Fact]
    public void The_holder_is_member_cluster_and_role_with_ids_in_hexadecimal()
    {
        Assert.Equal("8e9e05c52164694d:cdf818194e3a8c32:Member", Follower.HolderIdentity);
        Assert.Equal("1:ff:Leader", new MemberReport(1, 255, Leads: true, Votes: true, PeerTls: false, null).HolderIdentity);
    }

    [Theory]
    [InlineData("8e9e05c52164694d:cdf818194e3a8c32:Member", "8e9e05c52164694d")]
    [InlineData("8e9e05c52164694d:Leader", "8e9e05c52164694d")]
    [InlineData("", null)]
    [InlineData(null, null)]
    [InlineData("nonsense", null)]
    public void The_id_is_read_from_holders_of_old_and_new_form(string? holder, string? id) => Assert.Equal(id, MemberReport.IdIn(holder));

    [Fact]
    public void A_report_is_one_merge_patch_of_holder_time_and_annotations()
    {
        var patch = KubernetesMemberLease.Renewal(Follower, new DateTimeOffset(2024, 5, 6, 7, 8, 9, 123, TimeSpan.Zero));

        Assert.Equal("""
            {"metadata":{"annotations":{"member.etcd.gardener.cloud/tls-enabled":"true","druid.gardener.cloud/votes":"true","druid.gardener.cloud/members":null,"druid.gardener.cloud/data-lost":null}},"spec":{"holderIdentity":"8e9e05c52164694d:cdf818194e3a8c32:Member","renewTime":"2024-05-06T07:08:09.123000Z"}}
            """, patch.ToJsonString());
    }

    [Theory]
    [InlineData("e-0=a:voter", true)]
    [InlineData(null, false)]
    public void Who_was_told_to_found_the_cluster_anew_takes_the_order_back_once_it_has_a_quorum(string? members, bool done)
    {
        var patch = KubernetesMemberLease.Renewal(Follower with { Members = members }, DateTimeOffset.UnixEpoch, MemberTask.Rebuild);
        Assert.Equal(done, patch["metadata"]!["annotations"]!.AsObject().ContainsKey("druid.gardener.cloud/member-task"));
    }

    [Fact]
    public void The_leader_lists_all_members_and_names_new_ones_by_their_configured_url()
    {
        ClusterMember[] members =
        [
            new() { ID = 0xa, Name = "e-0", PeerURLs = { "http://e-0:2380" } },
            new() { ID = 0xb, IsLearner = true, PeerURLs = { "http://e-1:2380" } },
        ];

        Assert.Equal("e-0=a:voter,e-1=b:learner", MemberReport.List(members, [new MemberUrl("e-0", "http://e-0:2380"), new MemberUrl("e-1", "http://e-1:2380")]));
    }
}
