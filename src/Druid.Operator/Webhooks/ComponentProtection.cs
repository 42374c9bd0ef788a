using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Webhooks;

/// <summary>Whom component protection lets pass.</summary>
/// <param name="Operator">The user name of the operator itself.</param>
/// <param name="Exempt">User names of others that may change components while the operator does not.</param>
sealed record ProtectionSettings(string Operator, IReadOnlyCollection<string> Exempt);

/// <summary>A change of an object that belongs to an Etcd.</summary>
/// <param name="Operation"><c>UPDATE</c> or <c>DELETE</c>; everything else is let pass before.</param>
/// <param name="Kind">The object's kind; <c>StatefulSet</c> also where only its scale is changed.</param>
/// <param name="Key">Its namespace and name.</param>
/// <param name="BeingDeleted">Whether its deletion was asked for already.</param>
/// <param name="User">Who makes the change.</param>
sealed record ComponentChange(string Operation, string Kind, ObjectKey Key, bool BeingDeleted, string User);

/// <summary>Whether a change is let pass.</summary>
/// <param name="Allowed">The answer.</param>
/// <param name="Why">By which allowance, or why not and what to do.</param>
sealed record Verdict(bool Allowed, string Why)
{
    public static Verdict Allow(string why) => new(true, why);

    public static Verdict Deny(string why) => new(false, why);
}

/// <summary>
/// Keeps what belongs to an Etcd from being changed or deleted by others: such a change costs data or availability at worst,
/// and is undone by the operator at best. The rules are those of the API's contract, tried in the order written.
/// </summary>
static class ComponentProtection
{
    const string Update = "UPDATE", Delete = "DELETE";

    // What is not there while runtime components are not wanted may be handled by whoever did not want them.
    static readonly HashSet<string> RuntimeKinds = ["ServiceAccount", "Role", "RoleBinding", "Lease", "PodDisruptionBudget", "Service"];

    /// <summary>Judges a change.</summary>
    /// <param name="change">The change.</param>
    /// <param name="etcd">The Etcd that the object is part of.</param>
    /// <param name="settings">Who is let pass.</param>
    public static Verdict Judge(ComponentChange change, Etcd etcd, ProtectionSettings settings)
    {
        var isOperator = change.User == settings.Operator;
        var isExempt = settings.Exempt.Contains(change.User);
        var etcdIsBeingDeleted = etcd.IsBeingDeleted;
        return change switch
        {
            _ when !etcd.IsProtected() => Verdict.Allow($"Etcd {etcd.Key} carries {Annotations.DisableProtection}."),
            _ when !etcd.RunsMembers() && RuntimeKinds.Contains(change.Kind) => Verdict.Allow($"Etcd {etcd.Key} carries {Annotations.DisableRuntimeComponents}."),
            _ when isOperator => Verdict.Allow("The operator keeps its components."),
            { Kind: "Lease", Operation: Update } when IsMember(change.User, etcd) => Verdict.Allow("Members report by their leases."),
            { Operation: Delete } when etcdIsBeingDeleted => isExempt
                ? Verdict.Allow($"Etcd {etcd.Key} is being deleted, and {change.User} is exempt.")
                : Verdict.Deny($"{change.Kind} {change.Key} goes with Etcd {etcd.Key}, which is being deleted in an order of its own: wait until it is gone{OrElse}."),
            _ when isExempt && !IsBeingReconciled(etcd) => Verdict.Allow($"{change.User} is exempt."),
            { BeingDeleted: true } when isExempt => Verdict.Allow($"{change.User} is exempt and finishes a deletion."),
            _ when isExempt => Verdict.Deny($"{change.Kind} {change.Key} cannot be changed by {change.User} while Etcd {etcd.Key} is being reconciled: try again once it has settled{OrElse}."),
            _ => Verdict.Deny($"{change.Kind} {change.Key} is kept as Etcd {etcd.Key} declares it and cannot be changed by {change.User}: change the Etcd instead{OrElse}."),
        };
    }

    /// <summary>The user name of a service account.</summary>
    public static string UserOf(string ns, string serviceAccount) => $"system:serviceaccount:{ns}:{serviceAccount}";

    const string OrElse = $"; if you have to intervene, annotate the Etcd with {Annotations.DisableProtection} for that time";

    static bool IsMember(string user, Etcd etcd) => user == UserOf(etcd.Metadata.Namespace ?? "", Names.ServiceAccount(etcd));

    static bool IsBeingReconciled(Etcd etcd) => etcd.Status.LastOperation is { Type: OperationType.Reconcile, State: not OperationState.Succeeded };
}
