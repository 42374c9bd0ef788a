using Druid.Kubernetes.Resources;

namespace Druid.Operator.Components;

/// <summary>
/// Makes other authorities in a secret reach members that run: etcd reads them only when it starts. The StatefulSet remembers those
/// that were there first; pods carry a digest only once they are others, so that clusters which are handed over stay as they are.
/// </summary>
static class AuthoritiesAnnotation
{
    /// <summary>On the StatefulSet: the digest of the authorities that were there first.</summary>
    public const string First = "druid.gardener.cloud/first-authorities";

    /// <summary>On the pod template: the digest of the present ones, if they are others.</summary>
    public const string Present = "checksum/etcd-authorities";

    /// <summary>The annotations of the StatefulSet itself.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OfSet(RenderContext context) =>
        FirstOf(context) is { } first ? [new(First, first)] : [];

    /// <summary>The annotations of the pods.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OfPods(RenderContext context) =>
        context.Authorities is { } present && present != FirstOf(context) ? [new(Present, present)] : [];

    /// <summary>Those that a StatefulSet remembers; null where it remembers none.</summary>
    public static string? Of(StatefulSet? statefulSet) => statefulSet?.Annotation(First);

    static string? FirstOf(RenderContext context) => context.Authorities is null ? null : context.FirstAuthorities ?? context.Authorities;
}
