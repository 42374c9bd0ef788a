using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>Rights in one namespace.</summary>
public sealed record Role : IResource<Role>
{
    /// <inheritdoc/>
    public static ResourceType<Role> Type { get; } =
        new(Rbac.Group, "v1", "Role", "roles", namespaced: true, KubernetesJson.Default.Role);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>The rights.</summary>
    public IReadOnlyList<PolicyRule>? Rules { get; init; }
}

/// <summary>Rights everywhere, or over cluster-wide objects.</summary>
public sealed record ClusterRole : IResource<ClusterRole>
{
    /// <inheritdoc/>
    public static ResourceType<ClusterRole> Type { get; } =
        new(Rbac.Group, "v1", "ClusterRole", "clusterroles", namespaced: false, KubernetesJson.Default.ClusterRole);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>The rights.</summary>
    public IReadOnlyList<PolicyRule>? Rules { get; init; }
}

/// <summary>Who has the rights of a role in one namespace.</summary>
public sealed record RoleBinding : IResource<RoleBinding>
{
    /// <inheritdoc/>
    public static ResourceType<RoleBinding> Type { get; } =
        new(Rbac.Group, "v1", "RoleBinding", "rolebindings", namespaced: true, KubernetesJson.Default.RoleBinding);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>The role. Immutable.</summary>
    public required RoleRef RoleRef { get; init; }

    /// <summary>Who has it.</summary>
    public IReadOnlyList<Subject>? Subjects { get; init; }
}

/// <summary>Who has the rights of a role everywhere.</summary>
public sealed record ClusterRoleBinding : IResource<ClusterRoleBinding>
{
    /// <inheritdoc/>
    public static ResourceType<ClusterRoleBinding> Type { get; } =
        new(Rbac.Group, "v1", "ClusterRoleBinding", "clusterrolebindings", namespaced: false, KubernetesJson.Default.ClusterRoleBinding);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>The role. Immutable.</summary>
    public required RoleRef RoleRef { get; init; }

    /// <summary>Who has it.</summary>
    public IReadOnlyList<Subject>? Subjects { get; init; }
}

/// <summary>What may be done to what.</summary>
public sealed record PolicyRule
{
    /// <summary>As in <c>get</c>; <c>*</c> for all.</summary>
    public IReadOnlyList<string>? Verbs { get; init; }

    /// <summary>API groups; the empty one is core.</summary>
    public IReadOnlyList<string>? ApiGroups { get; init; }

    /// <summary>Plurals, with a subresource after a slash.</summary>
    public IReadOnlyList<string>? Resources { get; init; }

    /// <summary>Only objects of these names.</summary>
    public IReadOnlyList<string>? ResourceNames { get; init; }

    /// <summary>Paths outside of the resource tree, in cluster roles.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("nonResourceURLs")]
    public IReadOnlyList<string>? NonResourceUrls { get; init; }
}

/// <summary>Names the role of a binding.</summary>
public sealed record RoleRef
{
    /// <summary><c>rbac.authorization.k8s.io</c>.</summary>
    public string ApiGroup { get; } = Rbac.Group;

    /// <summary><c>Role</c> or <c>ClusterRole</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }
}

/// <summary>Who has the rights.</summary>
public sealed record Subject
{
    /// <summary><c>ServiceAccount</c>, <c>User</c> or <c>Group</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Empty for service accounts, <c>rbac.authorization.k8s.io</c> for users and groups.</summary>
    public string? ApiGroup { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Namespace of a service account.</summary>
    public string? Namespace { get; init; }
}

static class Rbac
{
    public const string Group = "rbac.authorization.k8s.io";
}
