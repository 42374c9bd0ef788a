using Druid.StateMachine.Replaying;

namespace Druid.StateMachine.Etcd;

/// <summary>A replay of the operator's log: clusters, copy tasks and ops tasks.</summary>
public static class OperatorReplay
{
    /// <summary>A replay that has seen nothing yet.</summary>
    public static Replay Begin() => new(
        new ReplayedMachine<ClusterView>(EtcdLifecycle.Machine, ClusterViewNotation.Read),
        new ReplayedMachine<BackupCopyView>(BackupCopy.Machine, TaskViewNotation.ReadBackupCopy),
        new ReplayedMachine<OpsTaskView>(OpsTask.Machine, TaskViewNotation.ReadOpsTask));

    /// <summary>Replays the logs of one operator after the other.</summary>
    public static ReplayReport Of(params IEnumerable<IEnumerable<string>> logs)
    {
        var replay = Begin();
        foreach (var log in logs)
        {
            replay.Follow(log);
        }
        return replay.Report;
    }
}
