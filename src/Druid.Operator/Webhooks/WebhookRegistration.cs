using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Webhooks;

/// <summary>
/// How the API server is told of the webhooks. Which ones may stop what they are not asked about is a decision of its own:
/// see docs/operations/protection.md.
/// </summary>
/// <param name="Client">Where the webhooks are, without the path.</param>
/// <param name="Protection">Whether component protection is registered.</param>
/// <param name="Specs">Whether the check of specs is registered.</param>
sealed record WebhookRegistration(Func<string, WebhookClientConfig> Client, bool Protection, bool Specs)
{
    /// <summary>Name of the configuration.</summary>
    public const string Name = "druid";

    // Members renew their leases, and autoscalers scale StatefulSets of others, whether or not an operator is there to ask;
    // specs are checked again by the operator before it acts. Only for the rest, no answer means no.
    const string Closed = "Fail", Open = "Ignore";

    /// <summary>The configuration.</summary>
    public ValidatingWebhookConfiguration Render() => new()
    {
        Metadata = new() { Name = Name },
        Webhooks = [.. Protection ? ProtectionWebhooks() : [], .. Specs ? SpecWebhooks() : []],
    };

    IEnumerable<ValidatingWebhook> ProtectionWebhooks()
    {
        var ours = new LabelSelector { MatchLabels = new Dictionary<string, string> { [Labels.ManagedBy] = Labels.Manager } };
        yield return Webhook("etcdcomponents.webhooks", ProtectionWebhook.Path, Closed,
            UpdatesAndDeletions("", ["v1"], "serviceaccounts", "services", "configmaps"),
            Rule("", ["v1"], ["DELETE"], "persistentvolumeclaims"),
            UpdatesAndDeletions("rbac.authorization.k8s.io", ["v1"], "roles", "rolebindings"),
            UpdatesAndDeletions("apps", ["v1"], "statefulsets"),
            UpdatesAndDeletions("policy", ["v1", "v1beta1"], "poddisruptionbudgets"),
            UpdatesAndDeletions("batch", ["v1"], "jobs")) with
        { ObjectSelector = ours };
        yield return Webhook("leases.etcdcomponents.webhooks", ProtectionWebhook.Path, Open,
            UpdatesAndDeletions("coordination.k8s.io", ["v1"], "leases")) with
        { ObjectSelector = ours };
        // A scale has no labels to select by.
        yield return Webhook("stsscale.etcdcomponents.webhooks", ProtectionWebhook.Path, Open,
            Rule("apps", ["v1"], ["UPDATE"], "statefulsets/scale"));
    }

    IEnumerable<ValidatingWebhook> SpecWebhooks()
    {
        yield return Webhook("specs.webhooks", SpecWebhook.Path, Open,
            Rule(ApiGroup.Name, [ApiGroup.Version], ["CREATE", "UPDATE"], Etcd.Type.Plural, EtcdCopyBackupsTask.Type.Plural, EtcdOpsTask.Type.Plural));
    }

    ValidatingWebhook Webhook(string name, string path, string failurePolicy, params RuleWithOperations[] rules) => new()
    {
        Name = $"{name}.{ApiGroup.Name}",
        ClientConfig = Client(path),
        Rules = rules,
        FailurePolicy = failurePolicy,
        MatchPolicy = "Equivalent",
        SideEffects = "None",
        TimeoutSeconds = 5,
        AdmissionReviewVersions = AdmissionReview.Versions,
    };

    static RuleWithOperations UpdatesAndDeletions(string group, string[] versions, params string[] resources) => Rule(group, versions, ["UPDATE", "DELETE"], resources);

    static RuleWithOperations Rule(string group, string[] versions, string[] operations, params string[] resources) =>
        new() { Operations = operations, ApiGroups = [group], ApiVersions = versions, Resources = resources, Scope = "Namespaced" };
}
