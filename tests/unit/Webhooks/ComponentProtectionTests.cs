using Druid.Api;
using Druid.Operator.Webhooks;

namespace Druid.UnitTests.Webhooks;

/// <summary>The contract's allowances, and that there is no other: every combination of what counts is judged.</summary>
public sealed class ComponentProtectionTests
{
    const string Operator = "system:serviceaccount:druid-system:druid", Exempt = "system:serviceaccount:kube-system:generic-garbage-collector";
    const string Member = "system:serviceaccount:ns:e", Admin = "kubernetes-admin";

    static readonly string[] Kinds = ["ServiceAccount", "Service", "ConfigMap", "Role", "RoleBinding", "StatefulSet", "PodDisruptionBudget", "Job", "Lease", "PersistentVolumeClaim"];
    static readonly string[] States = [OperationState.Processing, OperationState.Error, OperationState.Requeue, OperationState.Succeeded];

    [Theory]
    [InlineData(Operator, "UPDATE", true)]
    [InlineData(Operator, "DELETE", true)]
    [InlineData(Exempt, "UPDATE", true)]
    [InlineData(Exempt, "DELETE", true)]
    [InlineData(Admin, "UPDATE", false)]
    [InlineData(Admin, "DELETE", false)]
    [InlineData(Member, "UPDATE", false)]
    [InlineData("system:serviceaccount:elsewhere:druid", "UPDATE", false)]
    public void A_settled_cluster_is_changed_only_by_the_operator_and_those_exempt(string user, string operation, bool allowed) =>
        Assert.Equal(allowed, Judge(user, operation, "StatefulSet").Allowed);

    [Fact]
    public void Members_renew_leases_and_nothing_else()
    {
        foreach (var kind in Kinds)
        {
            Assert.Equal(kind == "Lease", Judge(Member, "UPDATE", kind).Allowed);
            Assert.False(Judge(Member, "DELETE", kind).Allowed);
            Assert.False(Judge("system:serviceaccount:ns:other", "UPDATE", kind).Allowed);
            Assert.False(Judge("system:serviceaccount:other:e", "UPDATE", kind).Allowed);
        }
    }

    [Fact]
    public void The_annotation_lets_everybody_pass() => Assert.All(
        from user in (string[])[Operator, Exempt, Member, Admin] from operation in (string[])["UPDATE", "DELETE"] from kind in Kinds select (user, operation, kind),
        c => Assert.True(Judge(c.user, c.operation, c.kind, annotation: Annotations.DisableProtection).Allowed));

    [Fact]
    public void Without_runtime_components_only_what_holds_data_and_configuration_is_protected() =>
        Assert.Equal(["ConfigMap", "Job", "PersistentVolumeClaim", "StatefulSet"], Kinds.Where(kind => !Judge(Admin, "UPDATE", kind, annotation: Annotations.DisableRuntimeComponents).Allowed).Order());

    [Fact]
    public void Those_exempt_wait_while_a_reconcile_is_under_way()
    {
        foreach (var state in States)
        {
            var settled = state == OperationState.Succeeded;
            Assert.Equal(settled, Judge(Exempt, "UPDATE", "StatefulSet", last: (OperationType.Reconcile, state)).Allowed);
            Assert.Equal(settled, Judge(Exempt, "DELETE", "StatefulSet", last: (OperationType.Reconcile, state)).Allowed);
            Assert.True(Judge(Exempt, "UPDATE", "StatefulSet", last: (OperationType.Create, state)).Allowed);
        }
    }

    [Fact]
    public void Those_exempt_finish_a_deletion_even_then() =>
        Assert.True(Judge(Exempt, "UPDATE", "StatefulSet", last: (OperationType.Reconcile, OperationState.Processing), objectGoing: true).Allowed);

    [Fact]
    public void A_deletion_under_way_is_not_interfered_with()
    {
        Assert.True(Judge(Operator, "DELETE", "StatefulSet", etcdGoing: true).Allowed);
        Assert.True(Judge(Exempt, "DELETE", "StatefulSet", last: (OperationType.Reconcile, OperationState.Processing), etcdGoing: true).Allowed);
        Assert.False(Judge(Admin, "DELETE", "StatefulSet", etcdGoing: true).Allowed);
        Assert.False(Judge(Admin, "UPDATE", "StatefulSet", etcdGoing: true).Allowed);
        Assert.True(Judge(Member, "UPDATE", "Lease", etcdGoing: true).Allowed);
    }

    [Fact]
    public void A_denial_names_object_user_and_remedy()
    {
        var why = Judge(Admin, "UPDATE", "Service").Why;
        Assert.Contains("Service ns/e-client", why, StringComparison.Ordinal);
        Assert.Contains(Admin, why, StringComparison.Ordinal);
        Assert.Contains("change the Etcd instead", why, StringComparison.Ordinal);
        Assert.Contains(Annotations.DisableProtection, why, StringComparison.Ordinal);
    }

    static Verdict Judge(
        string user, string operation, string kind, string? annotation = null, (string Type, string State)? last = null, bool etcdGoing = false, bool objectGoing = false) =>
        ComponentProtection.Judge(
            new(operation, kind, new("ns", kind == "Service" ? "e-client" : "e"), objectGoing, user),
            new Etcd
            {
                Metadata = new()
                {
                    Namespace = "ns",
                    Name = "e",
                    DeletionTimestamp = etcdGoing ? DateTimeOffset.UnixEpoch : null,
                    Annotations = annotation is null ? null : new Dictionary<string, string> { [annotation] = "" },
                },
                Status = last is { } l ? new() { LastOperation = new() { Type = l.Type, State = l.State } } : new(),
            },
            new(Operator, [Exempt]));
}
