using Druid.Api;
using Druid.Operator.Controllers;
using Druid.UnitTests.Kubernetes;

namespace Druid.UnitTests.Operator;

public sealed class PendingStatusesTests
{
    static readonly EtcdStatus Before = new() { Replicas = 1 }, News = new() { Replicas = 2 };

    readonly FakeTime time = new();
    readonly PendingStatuses pending;

    public PendingStatusesTests() => pending = new(time, Serilog.Core.Logger.None);

    [Fact]
    public void What_is_held_is_read_whatever_else_changes_in_the_Etcd()
    {
        pending.Hold(Read(Before), News);
        var changed = Read(new() { Replicas = 1 }) with { Spec = new() { Replicas = 5 } };
        Assert.Same(News, pending.Complete(changed).Status);
    }

    [Fact]
    public void What_is_held_is_void_once_another_process_has_written_a_status()
    {
        pending.Hold(Read(Before), News);
        var others = Read(Before with { Conditions = [new() { Type = ConditionType.LastSnapshotCompactionSucceeded }] });
        Assert.Same(others, pending.Complete(others));
        Assert.Equal(Before, pending.Complete(Read(Before)).Status);
    }

    [Fact]
    public void What_is_held_of_an_Etcd_is_not_said_of_its_namesake()
    {
        pending.Hold(Read(Before), News);
        var namesake = Read(Before) with { Metadata = new() { Name = "e", Namespace = "n", Uid = "another" } };
        Assert.Same(namesake, pending.Complete(namesake));
    }

    [Fact]
    public void News_that_come_while_others_are_held_do_not_put_off_the_writing()
    {
        var at = pending.Hold(Read(Before), News);
        time.Advance(PendingStatuses.Moment / 2);
        Assert.Equal(at, pending.Hold(Read(Before), News with { Replicas = 3 }));
    }

    static Etcd Read(EtcdStatus status) => new() { Metadata = new() { Name = "e", Namespace = "n", Uid = "u" }, Spec = new(), Status = status };
}
