using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Controllers;
using Druid.Operator.Health;
using Druid.UnitTests.Kubernetes;

namespace Druid.UnitTests.Operator;

public sealed class SilentMembersTests
{
    static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    static readonly ObjectKey Cluster = new("ns", "e");

    [Theory]
    [InlineData(59, false)]
    [InlineData(60, true)]
    [InlineData(61, false)] // told once
    [InlineData(359, false)]
    [InlineData(360, true)]
    [InlineData(1000, false)]
    public void A_cluster_is_looked_at_when_a_member_of_it_passes_a_threshold_and_not_before_or_after(int silence, bool told) =>
        Assert.Equal(told ? [Cluster] : [], Silent(MemberLease("e-0", silence)).Since(Now.AddSeconds(-1), Now));

    [Fact]
    public void A_look_that_came_late_misses_nobody() =>
        Assert.Equal([Cluster], Silent(MemberLease("e-0", 90)).Since(Now.AddSeconds(-40), Now));

    [Fact]
    public void Members_that_fall_silent_together_are_one_look() =>
        Assert.Equal([Cluster], Silent(MemberLease("e-0", 60), MemberLease("e-1", 60)).Since(Now.AddSeconds(-1), Now));

    [Fact]
    public void Leases_of_snapshots_are_not_renewed_and_silent_for_good_reason() =>
        Assert.Empty(Silent(Lease("e-full-snap", Druid.Api.Components.SnapshotLease, 60)).Since(Now.AddSeconds(-1), Now));

    [Fact]
    public async Task It_looks_every_second_until_it_is_stopped()
    {
        var time = new FakeTime();
        var told = new List<(ObjectKey Cluster, DateTimeOffset At)>();
        using var stop = new CancellationTokenSource();
        var running = new SilentMembers(() => [MemberLease("e-0", 55)], MemberThresholds.Default, time).Run(cluster => told.Add((cluster, time.GetUtcNow())), stop.Token);
        await time.AdvanceUntil(() => time.GetUtcNow() > Now.AddSeconds(20), SilentMembers.Period);
        Assert.Equal([(Cluster, Now.AddSeconds(5))], told);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    static SilentMembers Silent(params Lease[] leases) => new(() => leases, MemberThresholds.Default, TimeProvider.System);

    static Lease MemberLease(string name, int silence) => Lease(name, Druid.Api.Components.MemberLease, silence);

    static Lease Lease(string name, string component, int silence) => new()
    {
        Metadata = new() { Name = name, Namespace = "ns", Labels = new Dictionary<string, string> { [Labels.PartOf] = "e", [Labels.Component] = component } },
        Spec = new() { RenewTime = Now.AddSeconds(-silence) },
    };
}
