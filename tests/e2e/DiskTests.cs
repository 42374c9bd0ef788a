namespace Druid.EndToEndTests;

/// <summary>A member's disk fails in the ways that disks do: the others go on, and it comes back.</summary>
[Collection(nameof(Installation))]
public sealed class DiskTests(Installation druid) : IAsyncLifetime
{
    static readonly TimeSpan Election = TimeSpan.FromSeconds(8);

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => druid.CleanUp();

    [Fact]
    public async Task A_member_whose_disk_is_full_comes_back_once_there_is_room()
    {
        var key = await druid.CreateReady(3);
        await using var disk = await MemberDisk.Give(druid, key, 2, megabytes: 300);
        await using var workload = await druid.StartWorkload(key);
        await workload.UntilWritten(50);

        await disk.Fill();
        await druid.Until(key, "without its last member", e => e.Status.ReadyReplicas == 2, TimeSpan.FromMinutes(3));
        await workload.UntilWritten(100);
        Assert.True(workload.LongestGap < Election, $"No write for {workload.LongestGap}.");

        await disk.Empty();
        await druid.UntilReady(key, 3);
        await workload.Verify();
    }

    [Fact]
    public async Task A_follower_with_a_slow_disk_holds_nobody_up()
    {
        var key = await druid.CreateReady(3);
        await using var disk = await MemberDisk.Give(druid, key, 2, megabytes: 300);
        await using var workload = await druid.StartWorkload(key);
        await workload.UntilWritten(50);

        // A write and its journal: one or two synchronous writes a second.
        await disk.Throttle(5);
        await workload.UntilWritten(500);
        Assert.True(workload.LongestGap < Election, $"No write for {workload.LongestGap}.");

        await disk.Throttle(0);
        await druid.UntilReady(key, 3);
        await workload.Verify();
    }
}
