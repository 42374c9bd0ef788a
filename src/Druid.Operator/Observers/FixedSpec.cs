using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Api.Validation;
using Druid.Kubernetes;
using Druid.Kubernetes.Resources;
using Druid.Operator.Components;

namespace Druid.Operator.Observers;

/// <summary>
/// Holds a spec against what its cluster was made with. An API server without CEL checks no change by itself, and the webhook may be
/// switched off or away; members under other names, or volumes that are not found, would cost the cluster its quorum.
/// </summary>
static class FixedSpec
{
    const string Prefix = "member-name-prefix";

    /// <summary>The fields that were changed and cannot be.</summary>
    /// <remarks>Of a StatefulSet that another operator made nothing is held against the spec.</remarks>
    public static IEnumerable<FieldError> Changes(ClusterObjects objects)
    {
        if (objects.StatefulSet is not { } live || live.Annotation(AppliedHash.Annotation) is null)
        {
            return [];
        }
        var (etcd, spec) = (objects.Etcd, objects.Etcd.Spec);
        var template = live.Spec?.VolumeClaimTemplates is [var first, ..] ? first : null;
        var made = spec with
        {
            StorageClass = template is null ? spec.StorageClass : MadeWith(template.Spec?.StorageClassName, spec.StorageClass),
            VolumeClaimTemplate = template?.Metadata?.Name is not { } name || name == Names.VolumeClaimTemplate(etcd) ? spec.VolumeClaimTemplate : name,
            MemberNamePrefix = MadeWith(PrefixOf(objects), spec.MemberNamePrefix),
            Etcd = JoinsTooLate(objects) ? spec.Etcd with { BootstrapWithExistingCluster = null } : spec.Etcd,
        };
        return made == spec ? [] : ApiValidation.Validate(etcd, etcd with { Spec = made }).Except(objects.Declared.Errors);
    }

    // Absent and empty are the same.
    static string? MadeWith(string? live, string? declared) => (live ?? "") == (declared ?? "") ? declared : live;

    // By the configuration that the members read, and the lease that one of that name has: someone may have edited the one alone,
    // and it is put back then.
    static string? PrefixOf(ClusterObjects objects)
    {
        var (etcd, declared) = (objects.Etcd, objects.Etcd.Spec.MemberNamePrefix);
        if (objects.ConfigMap?.Data?.GetValueOrDefault(Files.EtcdConfig) is not { } text
            || (string.IsNullOrEmpty(declared) ? !text.Contains(Prefix, StringComparison.Ordinal) : text.Contains($"{Prefix}: {declared}\n", StringComparison.Ordinal)))
        {
            return declared;
        }
        var live = In(text);
        return objects.Find<Lease>(Names.MemberLease(etcd with { Spec = etcd.Spec with { MemberNamePrefix = live } }, 0)) is null ? declared : live;
    }

    // Its members were told of no other cluster when they began, and none that it joined is on record.
    static bool JoinsTooLate(ClusterObjects objects) =>
        objects.Etcd.Spec.Etcd.BootstrapWithExistingCluster is { Members: { Count: > 0 } others }
        && objects.Etcd.Status.BootstrapWithExistingCluster is null
        && objects.ConfigMap?.Data?.GetValueOrDefault(Files.EtcdConfig) is { } text
        && others.All(member => !text.Contains($"{member.Name}=", StringComparison.Ordinal));

    static string? In(string config)
    {
        try
        {
            return (Yaml.Read(config) as JsonObject)?[Prefix] is JsonValue value ? value.ToString() : null;
        }
        catch (YamlFormatException)
        {
            return null;
        }
    }
}
