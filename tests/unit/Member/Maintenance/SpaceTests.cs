using Druid.Member.Maintenance;
using Druid.Member.Sidecar;

namespace Druid.UnitTests.Member.Maintenance;

public class SpaceTests
{
    const long MiB = 1 << 20;

    [Fact]
    public void What_is_in_use_near_the_quota_is_left_alone_and_the_remedy_is_told()
    {
        var space = Space.Of([new("e-0", 100 * MiB, 40 * MiB), new("e-1", 100 * MiB, 91 * MiB)], 100 * MiB);

        Assert.Equal(SpaceVerdict.Full, space.Verdict);
        Assert.Contains("91.0 MiB of 100.0 MiB are in use at e-1", space.Reason, StringComparison.Ordinal);
        Assert.Contains("spec.etcd.quota", space.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Holes_are_defragmented_before_writes_are_accepted() =>
        Assert.Equal(SpaceVerdict.Defragment, Space.Of([new("e-0", 20 * MiB, 20 * MiB), new("e-1", 100 * MiB, 20 * MiB)], 100 * MiB).Verdict);

    [Fact]
    public void Writes_are_accepted_once_every_database_has_room() =>
        Assert.Equal(SpaceVerdict.Disarm, Space.Of([new("e-0", 90 * MiB, 20 * MiB), new("e-1", 21 * MiB, 20 * MiB)], 100 * MiB).Verdict);

    [Fact]
    public void A_member_that_does_not_answer_may_be_full()
    {
        var space = Space.Of([new("e-0", 20 * MiB, 20 * MiB), new("e-1", null, 0)], 100 * MiB);

        Assert.Equal(SpaceVerdict.Wait, space.Verdict);
        Assert.Contains("e-1", space.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_quota_an_alarm_is_a_remnant() =>
        Assert.Equal(SpaceVerdict.Disarm, Space.Of([new("e-0", 9000 * MiB, 9000 * MiB)], long.MaxValue).Verdict);

    [Theory]
    [InlineData("quota-backend-bytes: 8589934592", 8589934592)]
    [InlineData("quota-backend-bytes: 0", 2147483648)]
    [InlineData("quota-backend-bytes: -1", long.MaxValue)]
    [InlineData("name: e-0", 2147483648)]
    public void The_quota_is_the_one_that_etcd_was_started_with(string served, long quota)
    {
        var volume = Directory.CreateTempSubdirectory("druid-served-").FullName;
        var config = new ServedConfig(volume);
        Assert.Null(config.Quota);

        config.Save(served);

        Assert.Equal(quota, config.Quota);
        Directory.Delete(volume, recursive: true);
    }
}
