using Druid.Kubernetes.Resources;

namespace Druid.Api.Validation;

/// <summary>Rules about ports, amounts, times and schedules.</summary>
static class AmountRules
{
    public static IReadOnlyList<Rule<Etcd>> All { get; } =
    [
        new("port-twice",
            "must differ from the other ports of the pod, defaults included (client 2379, peer 2380, backup 8080, wrapper 9095): choose a free one",
            change => Ports(change.Now).Where(port => Ports(change.Now).Any(other => other.Path != port.Path && other.Number == port.Number && port.IsSet))
                .Select(port => new Offence(port.Path, Text.Shown(port.Number)))),
        new("amount-not-positive",
            "must be more than 0: write a number and a unit, such as 8Gi",
            change => Amounts(change.Now).Where(amount => amount.Value <= new Quantity(0)).Select(amount => new Offence(amount.Path, Text.Quoted($"{amount.Value}")))),
        new("resource-negative",
            "must not be negative",
            change => Resources(change.Now).Where(resource => resource.Value < new Quantity(0)).Select(resource => new Offence(resource.Path, Text.Quoted($"{resource.Value}")))),
        new("request-above-limit",
            "must not be more than the limit of the same name: lower it, or raise the limit",
            change => Requirements(change.Now).SelectMany(RequestsAboveLimits)),
        new("time-not-positive",
            "must be more than 0: write a duration such as 10s or 15m, or leave it out",
            change => Times(change.Now).Where(time => time.Value <= Duration.Zero).Select(time => new Offence(time.Path, Text.Quoted($"{time.Value}")))),
        new("retention-without-mode",
            "must suit autoCompactionMode: a duration such as 30m or a number of hours for periodic, a number of revisions for revision",
            change => NameRules.Where(change.Now.Spec.SharedConfig.AutoCompactionRetention, "spec.sharedConfig.autoCompactionRetention",
                retention => !SuitsMode(retention, change.Now.Spec.SharedConfig.AutoCompactionMode))),
        new("schedule",
            "must be a cron schedule of five fields in UTC, minute hour day-of-month month day-of-week, such as '0 */2 * * *'",
            change =>
            [
                .. NameRules.Where(change.Now.Spec.Etcd.DefragmentationSchedule, "spec.etcd.defragmentationSchedule", IsNoSchedule),
                .. NameRules.Where(change.Now.Spec.Backup.FullSnapshotSchedule, "spec.backup.fullSnapshotSchedule", IsNoSchedule),
            ]),
    ];

    static IEnumerable<(string Path, int Number, bool IsSet)> Ports(Etcd etcd)
    {
        yield return Port("spec.etcd.clientPort", etcd.Spec.Etcd.ClientPort, EtcdDefaults.ClientPort);
        yield return Port("spec.etcd.serverPort", etcd.Spec.Etcd.ServerPort, EtcdDefaults.ServerPort);
        yield return Port("spec.etcd.wrapperPort", etcd.Spec.Etcd.WrapperPort, EtcdDefaults.WrapperPort);
        yield return Port("spec.backup.port", etcd.Spec.Backup.Port, EtcdDefaults.BackupPort);

        static (string, int, bool) Port(string path, int? number, int byDefault) => (path, number ?? byDefault, number is not null);
    }

    static IEnumerable<(string Path, Quantity? Value)> Amounts(Etcd etcd) =>
    [
        ("spec.etcd.quota", etcd.Spec.Etcd.Quota),
        ("spec.storageCapacity", etcd.Spec.StorageCapacity),
        ("spec.backup.deltaSnapshotMemoryLimit", etcd.Spec.Backup.DeltaSnapshotMemoryLimit),
    ];

    // A deltaSnapshotPeriod of 0 turns delta snapshots off, and a deltaSnapshotRetentionPeriod of 0 is the default.
    static IEnumerable<(string Path, Duration? Value)> Times(Etcd etcd) =>
    [
        ("spec.etcd.heartbeatDuration", etcd.Spec.Etcd.HeartbeatDuration),
        ("spec.etcd.etcdDefragTimeout", etcd.Spec.Etcd.EtcdDefragTimeout),
        ("spec.backup.etcdSnapshotTimeout", etcd.Spec.Backup.EtcdSnapshotTimeout),
        ("spec.backup.garbageCollectionPeriod", etcd.Spec.Backup.GarbageCollectionPeriod),
        ("spec.backup.leaderElection.reelectionPeriod", etcd.Spec.Backup.LeaderElection?.ReelectionPeriod),
        ("spec.backup.leaderElection.etcdConnectionTimeout", etcd.Spec.Backup.LeaderElection?.EtcdConnectionTimeout),
    ];

    static IEnumerable<(string Path, ResourceRequirements Value)> Requirements(Etcd etcd)
    {
        if (etcd.Spec.Etcd.Resources is { } main) yield return ("spec.etcd.resources", main);
        if (etcd.Spec.Backup.Resources is { } sidecar) yield return ("spec.backup.resources", sidecar);
        if (etcd.Spec.Backup.SnapshotCompaction?.Resources is { } job) yield return ("spec.backup.snapshotCompaction.resources", job);
    }

    static IEnumerable<(string Path, Quantity Value)> Resources(Etcd etcd) =>
        from requirements in Requirements(etcd)
        from kind in new[] { ("requests", requirements.Value.Requests), ("limits", requirements.Value.Limits) }
        from resource in kind.Item2 ?? new Dictionary<string, Quantity>()
        select ($"{requirements.Path}.{kind.Item1}.{resource.Key}", resource.Value);

    static IEnumerable<Offence> RequestsAboveLimits((string Path, ResourceRequirements Value) requirements) =>
        from request in requirements.Value.Requests ?? new Dictionary<string, Quantity>()
        where requirements.Value.Limits is { } limits && limits.TryGetValue(request.Key, out var limit) && request.Value > limit
        select new Offence($"{requirements.Path}.requests.{request.Key}", Text.Quoted($"{request.Value}"));

    static bool SuitsMode(string retention, string? mode) =>
        (retention.All(char.IsAsciiDigit) && long.TryParse(retention, out _))
        || (mode is null or CompactionMode.Periodic && Duration.TryParse(retention, out var time) && time >= Duration.Zero);

    static bool IsNoSchedule(string text) => !CronSchedule.TryParse(text, out _);
}
