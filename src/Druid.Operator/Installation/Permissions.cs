using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Webhooks;
using Druid.Operator.Webhooks.Certificates;

namespace Druid.Operator.Installation;

/// <summary>What the operator may do: what it does and no more. A test runs it under exactly these.</summary>
static class Permissions
{
    /// <summary>Rights in all namespaces.</summary>
    /// <param name="webhooks">Whether it serves webhooks, whose configuration it tells of its authority.</param>
    public static IEnumerable<PolicyRule> Everywhere(bool webhooks)
    {
        yield return Allow([ApiGroup.Name], ["etcds"], "get", "list", "watch", "patch");
        yield return Allow([ApiGroup.Name], ["etcds/status"], "patch");
        yield return Allow([ApiGroup.Name], ["etcdcopybackupstasks"], "list", "watch", "patch");
        yield return Allow([ApiGroup.Name], ["etcdopstasks"], "list", "watch", "patch", "delete");
        yield return Allow([ApiGroup.Name], ["etcdcopybackupstasks/status", "etcdopstasks/status"], "patch");
        // Owner references that block deletion may be set only by who may set the owner's finalizers.
        yield return Allow([ApiGroup.Name], ["etcds/finalizers", "etcdcopybackupstasks/finalizers"], "update");
        yield return Allow([""], ["configmaps", "services", "serviceaccounts"], "get", "list", "watch", "create", "patch", "delete");
        // A pod is read before its eviction, as the cache may be late.
        yield return Allow([""], ["pods"], "get", "list", "watch", "patch", "delete");
        yield return Allow([""], ["persistentvolumeclaims"], "list", "watch", "patch", "delete");
        yield return Allow([""], ["pods/eviction"], "create");
        yield return Allow([""], ["secrets"], "get", "list", "watch", "patch");
        yield return Allow([""], ["events"], "create", "patch");
        yield return Allow(["apps"], ["statefulsets"], "get", "list", "watch", "create", "patch", "delete");
        // Before a task goes its job is looked for, which the cache may not have seen yet.
        yield return Allow(["batch"], ["jobs"], "get", "list", "watch", "create", "delete");
        yield return Allow(["policy"], ["poddisruptionbudgets"], "get", "list", "watch", "create", "patch", "delete");
        yield return Allow(["coordination.k8s.io"], ["leases"], "get", "list", "watch", "create", "update", "patch", "delete");
        yield return Allow(["rbac.authorization.k8s.io"], ["roles", "rolebindings"], "get", "list", "watch", "create", "patch", "delete");
        // What the members' roles grant must be held by who grants it.
        yield return Allow(["apps"], ["statefulsets"], "update");
        if (webhooks)
        {
            yield return Allow(["admissionregistration.k8s.io"], ["validatingwebhookconfigurations"], "list", "watch", "patch") with { ResourceNames = [WebhookRegistration.Name] };
        }
    }

    /// <summary>Rights in the operator's own namespace, where it keeps the webhooks' certificates.</summary>
    public static IEnumerable<PolicyRule> AtHome()
    {
        // What does not exist has no name by which it could be granted.
        yield return Allow([""], ["secrets"], "create");
        yield return Allow([""], ["secrets"], "list", "watch", "patch") with { ResourceNames = [ManagedCertificates.SecretName] };
    }

    static PolicyRule Allow(string[] groups, string[] resources, params string[] verbs) => new() { ApiGroups = groups, Resources = resources, Verbs = verbs };
}
