namespace Druid.Api;

/// <summary>Labels of the objects that belong to an Etcd or a task. Fixed: the objects are selected and taken over by them.</summary>
public static class Labels
{
    /// <summary>Who manages the object.</summary>
    public const string ManagedBy = "app.kubernetes.io/managed-by";

    /// <summary>The Etcd that the object is part of.</summary>
    public const string PartOf = "app.kubernetes.io/part-of";

    /// <summary>The object's own name.</summary>
    public const string Name = "app.kubernetes.io/name";

    /// <summary>What the object is for, one of <see cref="Components"/>.</summary>
    public const string Component = "app.kubernetes.io/component";

    /// <summary>Value of <see cref="ManagedBy"/>.</summary>
    public const string Manager = "etcd-druid";

    /// <summary>The labels by which everything of an Etcd is found, and the StatefulSet's selector.</summary>
    public static IReadOnlyDictionary<string, string> Default(Etcd etcd) => Default(etcd.Metadata.Name);

    /// <summary>The labels by which all objects of one component of an Etcd are found; with <see cref="Components.StatefulSet"/>, the Services' selector.</summary>
    public static IReadOnlyDictionary<string, string> OfComponent(Etcd etcd, string component) =>
        new Dictionary<string, string>(Default(etcd)) { [Component] = component };

    /// <summary>The labels of an object of an Etcd.</summary>
    /// <param name="etcd">The Etcd.</param>
    /// <param name="name">The object's name.</param>
    /// <param name="component">One of <see cref="Components"/>.</param>
    public static IReadOnlyDictionary<string, string> Of(Etcd etcd, string name, string component) =>
        new Dictionary<string, string>(Default(etcd)) { [Name] = Value(name), [Component] = component };

    /// <summary>The labels of an object of a copy task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="name">The object's name.</param>
    /// <param name="component">One of <see cref="Components"/>.</param>
    public static IReadOnlyDictionary<string, string> Of(EtcdCopyBackupsTask task, string name, string component) =>
        new Dictionary<string, string>(Default(task.Metadata.Name)) { [Name] = Value(name), [Component] = component };

    /// <summary>The labels of the Etcd's pods: the user's own, and over them those of the StatefulSet.</summary>
    public static IReadOnlyDictionary<string, string> OfPods(Etcd etcd)
    {
        var labels = new Dictionary<string, string>(etcd.Spec.Labels);
        foreach (var (key, value) in Of(etcd, Names.StatefulSet(etcd), Components.StatefulSet)) labels[key] = value;
        return labels;
    }

    /// <summary>A name as the value of a label: a Role's name has colons, which a label may not, and a member's can be longer than the 63 characters of a label.</summary>
    public static string Value(string name)
    {
        var value = name.Replace(':', '-');
        return value.Length <= Longest ? value : value[..Longest].TrimEnd('-', '.');
    }

    const int Longest = 63;

    static Dictionary<string, string> Default(string owner) => new() { [ManagedBy] = Manager, [PartOf] = owner };
}
