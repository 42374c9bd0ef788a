using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Api.Validation;
using Druid.Kubernetes.Resources;
using Druid.Operator.Components;

namespace Druid.Operator.Observers;

/// <summary>
/// Holds a spec against what its cluster was made with. An API server without CEL checks no change by itself, and the webhook may be
/// switched off or away; members under other names, or volumes that are not found, would cost the cluster its quorum.
/// </summary>
static class FixedSpec
{
    /// <summary>
    /// The same objects; where the Etcd was changed in what cannot be changed, with the spec that the cluster was made with, so that its
    /// members are found as they are, and with what is refused.
    /// </summary>
    /// <remarks>Of a StatefulSet that another operator made nothing is held against the spec.</remarks>
    public static ClusterObjects Apply(ClusterObjects objects)
    {
        if (objects.StatefulSet is not { } live || live.Annotation(AppliedHash.Annotation) is null)
        {
            return objects;
        }
        var etcd = objects.Etcd;
        var made = MadeWith(etcd, live, objects);
        return made == etcd.Spec ? objects : objects with
        {
            Etcd = etcd with { Spec = made },
            Refused = ApiValidation.Validate(etcd, etcd with { Spec = made }),
        };
    }

    static EtcdSpec MadeWith(Etcd etcd, StatefulSet live, ClusterObjects objects)
    {
        var spec = etcd.Spec with { MemberNamePrefix = Kept(etcd.Spec.MemberNamePrefix, PrefixOf(objects)) };
        if (JoinsTooLate(objects))
        {
            spec = spec with { Etcd = spec.Etcd with { BootstrapWithExistingCluster = null } };
        }
        return live.Spec?.VolumeClaimTemplates is not [var template, ..] ? spec : spec with
        {
            StorageClass = Kept(spec.StorageClass, template.Spec?.StorageClassName),
            VolumeClaimTemplate = template.Metadata?.Name is { } name && name != Names.VolumeClaimTemplate(etcd) ? name : spec.VolumeClaimTemplate,
            StorageCapacity = VolumeObserver.TemplateCapacity(live) is { } capacity && VolumeObserver.Declared(etcd) < capacity ? capacity : spec.StorageCapacity,
        };
    }

    // Absent and empty are the same.
    static string? Kept(string? declared, string? live) => (live ?? "") == (declared ?? "") ? declared : live;

    // By the configuration that the members read, and the lease that one of that name has: someone may have edited the one alone,
    // and it is put back then.
    static string? PrefixOf(ClusterObjects objects)
    {
        var (etcd, declared) = (objects.Etcd, objects.Etcd.Spec.MemberNamePrefix);
        if (LiveConfig.TextOf(objects.ConfigMap) is not { } text
            || (string.IsNullOrEmpty(declared) ? !text.Contains(EtcdConfiguration.MemberNamePrefix, StringComparison.Ordinal) : text.Contains($"{EtcdConfiguration.MemberNamePrefix}: {declared}\n", StringComparison.Ordinal)))
        {
            return declared;
        }
        var live = (LiveConfig.Of(objects.ConfigMap)?[EtcdConfiguration.MemberNamePrefix] as JsonValue)?.ToString();
        return objects.Find<Lease>(Names.MemberLease(etcd with { Spec = etcd.Spec with { MemberNamePrefix = live } }, 0)) is null ? declared : live;
    }

    // Its members were told of no other cluster when they began, and none that it joined is on record.
    static bool JoinsTooLate(ClusterObjects objects) =>
        objects.Etcd.Spec.Etcd.BootstrapWithExistingCluster is { Members: { Count: > 0 } others }
        && objects.Etcd.Status.BootstrapWithExistingCluster is null
        && (LiveConfig.Of(objects.ConfigMap)?[EtcdConfiguration.InitialCluster] as JsonValue)?.ToString().Split(',') is { } members
        && !others.Any(other => members.Any(member => member.StartsWith($"{other.Name}=", StringComparison.Ordinal)));
}
