using System.Security.Cryptography;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Components;

/// <summary>
/// A hash of what was rendered, carried by the applied object itself: it tells which rendering an object was applied from, also
/// to an operator that has just started. What others changed since, <see cref="Drift"/> tells.
/// </summary>
public static class AppliedHash
{
    /// <summary>The annotation with the hash. It is on the object, never on a pod template.</summary>
    public const string Annotation = "druid.gardener.cloud/applied-hash";

    /// <summary>The object with the hash of its content as an annotation.</summary>
    /// <exception cref="ArgumentException">The object is of a kind that no component renders.</exception>
    public static IResource Stamp(IResource rendered) => Rendered.Visit(rendered, new Stamping());

    /// <summary>Whether <paramref name="live"/> was last applied from <paramref name="stamped"/>, itself a result of <see cref="Stamp"/>.</summary>
    public static bool Same(IResource stamped, IResource live) =>
        stamped.Annotation(Annotation) is { } hash && live.Annotation(Annotation) == hash;

    sealed class Stamping : IRenderedVisitor<IResource>
    {
        public IResource Visit<T>(T resource, Func<ObjectMeta, T> with) where T : class, IResource<T>
        {
            var metadata = resource.Metadata;
            return with(metadata with { Annotations = Maps.Merge(metadata.Annotations, [new(Annotation, HashOf(resource))]) });
        }

        // 64 bits are plenty to tell the renderings of one object apart.
        static string HashOf<T>(T resource) where T : class, IResource<T>
        {
            using var json = new HashingWriter();
            T.Type.Write(json, resource);
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            json.Finish(hash);
            return Convert.ToHexStringLower(hash[..8]);
        }
    }
}
