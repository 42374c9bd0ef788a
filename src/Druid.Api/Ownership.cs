using Druid.Kubernetes.Resources;

namespace Druid.Api;

/// <summary>Metadata of objects that belong to another.</summary>
public static class Ownership
{
    /// <summary>Metadata of an object of the Etcd: name, namespace, labels, and the Etcd as its controller.</summary>
    /// <param name="etcd">The Etcd, as read from the server.</param>
    /// <param name="name">The object's name, one of <see cref="Names"/>.</param>
    /// <param name="component">One of <see cref="Components"/>.</param>
    /// <exception cref="InvalidOperationException">The Etcd has no uid: it was not read from a server.</exception>
    public static ObjectMeta Own(this Etcd etcd, string name, string component) => new()
    {
        Name = name,
        Namespace = etcd.Metadata.Namespace,
        Labels = Labels.Of(etcd, name, component),
        OwnerReferences = [etcd.ToControllerReference()],
    };

    /// <summary>Metadata of an object of the copy task: name, namespace, labels, and the task as its controller.</summary>
    /// <param name="task">The task, as read from the server.</param>
    /// <param name="name">The object's name, one of <see cref="Names"/>.</param>
    /// <param name="component">One of <see cref="Components"/>.</param>
    /// <exception cref="InvalidOperationException">The task has no uid: it was not read from a server.</exception>
    public static ObjectMeta Own(this EtcdCopyBackupsTask task, string name, string component) => new()
    {
        Name = name,
        Namespace = task.Metadata.Namespace,
        Labels = Labels.Of(task, name, component),
        OwnerReferences = [task.ToControllerReference()],
    };
}
