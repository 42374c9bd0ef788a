using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Components;

namespace Druid.UnitTests.Components;

public class JobTests
{
    public static TheoryData<string> WithStore => [.. Golden.Names.Where(name => Golden.Etcd(name).Spec.Backup.Store is not null)];

    public static TheoryData<string> Tasks => [.. Golden.TaskNames];

    [Theory, MemberData(nameof(WithStore))]
    public void What_is_rendered_for_a_compaction_is_what_was_reviewed(string name) => Golden.Verify($"compaction/{name}", [Compaction(name)]);

    [Theory, MemberData(nameof(Tasks))]
    public void What_is_rendered_for_a_copy_task_is_what_was_reviewed(string name) => Golden.Verify($"tasks/{name}", [Copy(name)]);

    [Theory, MemberData(nameof(WithStore))]
    public void Every_mount_of_a_compaction_has_its_volume(string name) => MountsMatchVolumes(Compaction(name));

    [Theory, MemberData(nameof(Tasks))]
    public void Every_mount_of_a_copy_has_its_volume(string name) => MountsMatchVolumes(Copy(name));

    [Fact]
    public void A_copy_within_one_directory_mounts_it_once()
    {
        var task = Golden.Task(Golden.TaskNames.First());
        var store = new StoreSpec { Provider = "Local", Container = "bucket", Prefix = "old" };
        var job = CopyBackupsJob.Render(new(task with { Spec = task.Spec with { SourceStore = store, TargetStore = store with { Prefix = "new" } } }, Golden.Images));
        MountsMatchVolumes(job);
        Assert.Single(job.Spec!.Template!.Spec!.Volumes!, v => v.HostPath is not null);
        Assert.Equal("/home/nonroot/bucket", job.Spec.Template.Spec.InitContainers!.Single().Command![^1]);
    }

    [Fact]
    public void A_compaction_needs_a_store()
    {
        var context = new CompactionContext(Golden.Etcd("01-single"), Golden.Images, Duration.Parse("3h"), Duration.Zero);
        var error = Assert.Throws<ArgumentException>(() => CompactionJob.Render(context));
        Assert.Contains("shoot--a/etcd-main has no store (spec.backup.store)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_compaction_may_be_evicted_even_where_members_may_not()
    {
        var etcd = Golden.Etcd("08-store-s3");
        var annotations = new Dictionary<string, string> { ["cluster-autoscaler.kubernetes.io/safe-to-evict"] = "false", ["a"] = "b" };
        var context = new CompactionContext(etcd with { Spec = etcd.Spec with { Annotations = annotations } }, Golden.Images, Duration.Parse("3h"), Duration.Zero);
        Assert.Equal(["a"], CompactionJob.Render(context).Spec!.Template!.Metadata!.Annotations!.Keys);
    }

    [Fact]
    public void Each_resource_of_a_compaction_has_its_own_default()
    {
        var etcd = Golden.Etcd("08-store-s3");
        var wanted = new ResourceRequirements
        {
            Requests = new Dictionary<string, Quantity> { ["cpu"] = Quantity.Parse("2") },
            Limits = new Dictionary<string, Quantity> { ["memory"] = Quantity.Parse("8Gi") },
        };
        var backup = etcd.Spec.Backup with { SnapshotCompaction = new() { Resources = wanted } };
        var context = new CompactionContext(etcd with { Spec = etcd.Spec with { Backup = backup } }, Golden.Images, Duration.Parse("3h"), Duration.Zero);
        var resources = CompactionJob.Render(context).Spec!.Template!.Spec!.Containers![0].Resources!;
        Assert.Equal(("2", "3Gi", "8Gi"), ($"{resources.Requests!["cpu"]}", $"{resources.Requests["memory"]}", $"{resources.Limits!["memory"]}"));
    }

    static Job Compaction(string name) =>
        CompactionJob.Render(new(Golden.Etcd(name), Golden.Images, Duration.Parse("3h"), Duration.Parse("60s")) { BackupHostPath = "/srv/backups" });

    static Job Copy(string name) => CopyBackupsJob.Render(new(Golden.Task(name), Golden.Images) { SourceHostPath = "/srv/old", TargetHostPath = "/srv/new" });

    static void MountsMatchVolumes(Job job)
    {
        var pod = job.Spec!.Template!.Spec!;
        Assert.Equal(
            pod.Volumes!.Select(v => v.Name).Order(),
            pod.Containers!.Concat(pod.InitContainers ?? []).SelectMany(c => c.VolumeMounts!).Select(m => m.Name).Distinct().Order());
    }
}
