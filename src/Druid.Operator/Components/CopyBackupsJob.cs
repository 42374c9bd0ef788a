using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Images;

namespace Druid.Operator.Components;

/// <summary>The job that copies snapshots from one store to another.</summary>
public static class CopyBackupsJob
{
    const string Home = "/home/nonroot";
    const string Workspace = "copy-workspace-dir";
    const string WorkingDirectory = $"{Home}/data";

    /// <summary>The job for a task.</summary>
    public static Job Render(CopyBackupsContext context)
    {
        var task = context.Task;
        var source = new StoreAccess(task.Spec.SourceStore, Home, context.SourceHostPath, "source-");
        var target = new StoreAccess(task.Spec.TargetStore, Home, context.TargetHostPath);
        // Within one directory of a node there is one volume, as nothing can be mounted twice.
        StoreAccess[] mounted = source.IsSameDirectory(target) ? [target] : [source, target];
        var own = task.Own(Names.CopyJob(task), ComponentLabel.CopyJob);
        return new()
        {
            Metadata = own,
            Spec = new()
            {
                Template = new()
                {
                    Metadata = new() { Labels = Maps.Merge(task.Spec.PodLabels, own.Labels!) },
                    Spec = new()
                    {
                        RestartPolicy = "OnFailure",
                        ShareProcessNamespace = true,
                        SecurityContext = new()
                        {
                            RunAsGroup = EtcdDefaults.User,
                            RunAsNonRoot = true,
                            RunAsUser = EtcdDefaults.User,
                            FsGroup = EtcdDefaults.User,
                        },
                        InitContainers = StoreAccess.Permissions(context.Images.Shell, [.. mounted.Reverse()]) is { } permissions ? [permissions] : null,
                        Containers = [Copy(context, source, target, mounted)],
                        Volumes = [new() { Name = Workspace, EmptyDir = new() }, .. mounted.SelectMany(store => store.Volumes)],
                    },
                },
            },
        };
    }

    static Container Copy(CopyBackupsContext context, StoreAccess source, StoreAccess target, IEnumerable<StoreAccess> mounted) => new()
    {
        Name = "copy-backups",
        Image = context.Images.AgentOf(context.UpgradeEtcdVersion),
        ImagePullPolicy = "IfNotPresent",
        Args = [.. Arguments(context.Task.Spec, source, target)],
        Env = [.. source.Environment, .. target.Environment],
        SecurityContext = new() { AllowPrivilegeEscalation = false },
        VolumeMounts = [new() { Name = Workspace, MountPath = WorkingDirectory }, .. mounted.SelectMany(store => store.Mounts)],
    };

    static IEnumerable<string> Arguments(EtcdCopyBackupsTaskSpec spec, StoreAccess source, StoreAccess target)
    {
        yield return "copy";
        yield return $"--snapstore-temp-directory={WorkingDirectory}/tmp";
        foreach (var flag in target.Flags.Concat(source.Flags)) yield return flag;
        if (spec.MaxBackupAge is { } days) yield return $"--max-backup-age={days}";
        if (spec.MaxBackups is { } backups) yield return $"--max-backups-to-copy={backups}";
        if (spec.WaitForFinalSnapshot is not { } wait) yield break;
        yield return $"--wait-for-final-snapshot={(wait.Enabled ? "true" : "false")}";
        if (wait.Timeout is { } timeout) yield return $"--wait-for-final-snapshot-timeout={timeout}";
    }
}

/// <summary>All that a copy job depends on.</summary>
/// <param name="Task">The task as its user wrote it.</param>
/// <param name="Images">Where images come from.</param>
public sealed record CopyBackupsContext(EtcdCopyBackupsTask Task, ImageVector Images)
{
    /// <summary><see cref="RenderContext.BackupHostPath"/> of the source.</summary>
    public string? SourceHostPath { get; init; }

    /// <summary><see cref="RenderContext.BackupHostPath"/> of the target.</summary>
    public string? TargetHostPath { get; init; }

    /// <inheritdoc cref="RenderContext.UpgradeEtcdVersion"/>
    public bool UpgradeEtcdVersion { get; init; }
}
