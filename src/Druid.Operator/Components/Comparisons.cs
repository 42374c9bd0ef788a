using System.Runtime.CompilerServices;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Components;

/// <summary>
/// How live objects compare with their renderings, remembered for as long as somebody holds these very objects. Between two changes an
/// object is looked at many times, and comparing it is most of what a look costs.
/// </summary>
public sealed class Comparisons
{
    readonly ConditionalWeakTable<IResource, Found> found = [];

    /// <summary>Where <paramref name="live"/> departs from <paramref name="rendered"/>; null when it does not. See <see cref="Drift"/>.</summary>
    /// <param name="rendered">What was rendered, with its hash (<see cref="AppliedHash"/>).</param>
    /// <param name="live">What is there; empty path where it is of another kind.</param>
    public string? Difference(IResource rendered, IResource live)
    {
        ArgumentNullException.ThrowIfNull(rendered);
        if (rendered.Annotation(AppliedHash.Annotation) is not { } hash)
        {
            return Rendered.Visit(rendered, new Comparing(live));
        }
        if (found.TryGetValue(live, out var known) && known.Hash == hash)
        {
            return known.Difference;
        }
        var difference = Rendered.Visit(rendered, new Comparing(live));
        found.AddOrUpdate(live, new(hash, difference));
        return difference;
    }

    sealed record Found(string Hash, string? Difference);

    sealed class Comparing(IResource live) : IRenderedVisitor<string?>
    {
        public string? Visit<T>(T resource, Func<ObjectMeta, T> with) where T : class, IResource<T> =>
            live is T same ? Drift.Between(resource, same) : "";
    }
}
