using System.Security.Cryptography;
using Druid.Api;
using Druid.Api.Validation;
using Druid.Kubernetes.Resources;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Components;

/// <summary>
/// What was made of the declarations that were looked at last. A cluster that is being created or changed is looked at many times while
/// its declaration stays as it is; only its status and its objects move.
/// </summary>
public sealed class Declarations
{
    /// <summary>Of how many clusters something is remembered, which takes 20 to 30 KB each.</summary>
    public const int Remembered = 64;

    readonly Lock gate = new();
    readonly Dictionary<ObjectKey, Declared> known = [];

    /// <summary>What an Etcd declares: the same object for as long as it declares the same.</summary>
    public Declared Of(Etcd etcd)
    {
        ArgumentNullException.ThrowIfNull(etcd);
        lock (gate)
        {
            if (known.TryGetValue(etcd.Key, out var last) && last.IsOf(etcd))
            {
                return last;
            }
            if (known.Count >= Remembered)
            {
                known.Clear();
            }
            return known[etcd.Key] = new(etcd);
        }
    }
}

/// <summary>What one Etcd declares, and what follows from that alone. Everything is made when it is first asked for, and then kept.</summary>
public sealed class Declared
{
    readonly byte[] digest;
    Etcd seen;
    Rendering? rendering;

    internal Declared(Etcd etcd)
    {
        seen = etcd;
        Etcd = Declaration(etcd);
        digest = Digest(Etcd);
    }

    /// <summary>
    /// The Etcd without status, and of its metadata only name, namespace, uid and annotations. Who is given nothing else cannot depend
    /// on anything else, so what is remembered cannot be out of date.
    /// </summary>
    public Etcd Etcd { get; }

    /// <summary>What breaks the rules of the API.</summary>
    public IReadOnlyList<FieldError> Errors => field ??= ApiValidation.Validate(Etcd);

    /// <summary>The objects of one component, as <see cref="OwnedComponents.Render"/> makes them. Those of the last context are kept.</summary>
    public IReadOnlyList<IResource> Render(ComponentKind kind, RenderContext context)
    {
        // Components are applied side by side; two that make the same at once do no harm.
        var last = rendering;
        if (last is null || last.Context != context)
        {
            rendering = last = new(context, new IReadOnlyList<IResource>?[OwnedComponents.All.Count]);
        }
        return last.Objects[(int)kind] ??= [.. OwnedComponents.Render(kind, context)];
    }

    internal bool IsOf(Etcd etcd)
    {
        if (ReferenceEquals(etcd, seen))
        {
            return true;
        }
        if (!digest.AsSpan().SequenceEqual(Digest(Declaration(etcd))))
        {
            return false;
        }
        seen = etcd;
        return true;
    }

    static Etcd Declaration(Etcd etcd) => new()
    {
        Metadata = new() { Name = etcd.Metadata.Name, Namespace = etcd.Metadata.Namespace, Uid = etcd.Metadata.Uid, Annotations = etcd.Metadata.Annotations },
        Spec = etcd.Spec,
    };

    static byte[] Digest(Etcd declaration)
    {
        using var json = new HashingWriter();
        Etcd.Type.Write(json, declaration);
        var hash = new byte[SHA256.HashSizeInBytes];
        json.Finish(hash);
        return hash;
    }

    sealed record Rendering(RenderContext Context, IReadOnlyList<IResource>?[] Objects);
}
