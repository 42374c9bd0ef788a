using Druid.Kubernetes.Resources;

namespace Druid.Operator.Components;

/// <summary>What is done with a rendered object whatever its kind.</summary>
/// <typeparam name="TResult">What comes of it.</typeparam>
public interface IRenderedVisitor<out TResult>
{
    /// <summary>Does it.</summary>
    /// <param name="resource">The object.</param>
    /// <param name="with">The same object with other metadata.</param>
    TResult Visit<T>(T resource, Func<ObjectMeta, T> with) where T : class, IResource<T>;
}

/// <summary>The kinds of rendered objects: the one place that tells them apart.</summary>
public static class Rendered
{
    /// <summary>Calls the visitor with the object as its own type.</summary>
    /// <exception cref="ArgumentException">The object is of a kind that is never rendered.</exception>
    public static TResult Visit<TResult>(IResource resource, IRenderedVisitor<TResult> visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        return resource switch
        {
            ConfigMap r => visitor.Visit(r, m => r with { Metadata = m }),
            Job r => visitor.Visit(r, m => r with { Metadata = m }),
            Lease r => visitor.Visit(r, m => r with { Metadata = m }),
            PodDisruptionBudget r => visitor.Visit(r, m => r with { Metadata = m }),
            Role r => visitor.Visit(r, m => r with { Metadata = m }),
            RoleBinding r => visitor.Visit(r, m => r with { Metadata = m }),
            Service r => visitor.Visit(r, m => r with { Metadata = m }),
            ServiceAccount r => visitor.Visit(r, m => r with { Metadata = m }),
            StatefulSet r => visitor.Visit(r, m => r with { Metadata = m }),
            _ => throw new ArgumentException($"A {resource?.Kind} is none of the objects that are rendered for an Etcd.", nameof(resource)),
        };
    }
}
