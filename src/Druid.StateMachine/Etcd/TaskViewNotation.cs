using Druid.StateMachine.Replaying;

namespace Druid.StateMachine.Etcd;

/// <summary>Views of tasks as lines of text; see <see cref="ClusterViewNotation"/>.</summary>
public static class TaskViewNotation
{
    /// <summary>Writes a view of an EtcdCopyBackupsTask.</summary>
    public static string Write(BackupCopyView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return new NotationWriter()
            .Word("deleting", view.DeletionRequested)
            .Word("finalizer", view.HasFinalizer)
            .Number("errors", view.SpecErrors.Length)
            .Name("job", view.Job)
            .ToString();
    }

    /// <summary>Reads a view of an EtcdCopyBackupsTask back.</summary>
    /// <exception cref="FormatException">The text is no such view.</exception>
    public static BackupCopyView ReadBackupCopy(string text)
    {
        var reader = new NotationReader(text);
        var view = new BackupCopyView
        {
            DeletionRequested = reader.Word("deleting"),
            HasFinalizer = reader.Word("finalizer"),
            SpecErrors = [.. Enumerable.Repeat("", (int)reader.Number("errors"))],
            Job = reader.Name<JobState>("job"),
        };
        reader.End();
        return view;
    }

    /// <summary>Writes a view of an EtcdOpsTask.</summary>
    public static string Write(OpsTaskView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return new NotationWriter()
            .Word("deleting", view.DeletionRequested)
            .Word("finalizer", view.HasFinalizer)
            .Number("objections", view.Objections.Length)
            .Name("request", view.Request)
            .Word("timed-out", view.TimedOut)
            .Word("expired", view.Expired)
            .ToString();
    }

    /// <summary>Reads a view of an EtcdOpsTask back.</summary>
    /// <exception cref="FormatException">The text is no such view.</exception>
    public static OpsTaskView ReadOpsTask(string text)
    {
        var reader = new NotationReader(text);
        var view = new OpsTaskView
        {
            DeletionRequested = reader.Word("deleting"),
            HasFinalizer = reader.Word("finalizer"),
            Objections = [.. Enumerable.Repeat("", (int)reader.Number("objections"))],
            Request = reader.Name<SnapshotRequest>("request"),
            TimedOut = reader.Word("timed-out"),
            Expired = reader.Word("expired"),
        };
        reader.End();
        return view;
    }
}
