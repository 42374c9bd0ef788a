using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Components;
using Druid.Operator.Images;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;

namespace Druid.UnitTests.Operator;

/// <summary>What is remembered of a declaration saves work, and is never what follows from another one.</summary>
public sealed class DeclarationsTests
{
    static readonly ImageVector Images = ImageVector.Of("docker.io/druid/member:1", "docker.io/druid/busybox:1");

    static readonly Etcd Cluster = new()
    {
        Metadata = new() { Name = "e", Namespace = "n", Uid = "u", Generation = 1, ResourceVersion = "1", Annotations = new Dictionary<string, string> { [Annotations.AllowUnhealthyPodEviction] = "" } },
        Spec = new() { Replicas = 3, Labels = new Dictionary<string, string> { ["app"] = "e" }, Backup = new() { Store = new() { Provider = "Local", Prefix = "e", Container = "bucket" } } },
    };

    readonly Declarations declarations = new();

    [Fact]
    public void Of_an_Etcd_that_declares_the_same_nothing_is_made_twice()
    {
        var first = declarations.Of(Cluster);
        var (errors, rendered) = (first.Errors, Render(first));
        var read = Etcd.Type.Read(Etcd.Type.ToJson(Cluster)) with { Status = new() { Ready = true } };
        var second = declarations.Of(read with { Metadata = read.Metadata with { ResourceVersion = "2", Finalizers = [Finalizers.Etcd] } });
        Assert.Same(errors, second.Errors);
        Assert.Equal(rendered, Render(second), ReferenceEqualityComparer.Instance);
    }

    public static TheoryData<string, Func<Etcd, Etcd>> Declared => new()
    {
        // What counts changes of the spec stays as it is: schemas that are given new defaults change what is read without a write.
        { "spec", e => e with { Spec = e.Spec with { Etcd = new() { Quota = Quantity.Parse("1Gi") } } } },
        { "uid", e => e with { Metadata = e.Metadata with { Uid = "successor" } } },
        { "annotations", e => e with { Metadata = e.Metadata with { Annotations = new Dictionary<string, string> { [Annotations.DisableRuntimeComponents] = "" } } } },
    };

    [Theory, MemberData(nameof(Declared))]
    public void Another_declaration_is_rendered_anew(string what, Func<Etcd, Etcd> change)
    {
        var changed = change(Cluster);
        var before = Hashes(Render(declarations.Of(Cluster)));
        var after = Hashes(Render(declarations.Of(changed)));
        Assert.Equal(Hashes(Render(new Declarations().Of(changed))), after);
        Assert.True(!before.SequenceEqual(after), $"Another {what} renders the same.");
        Assert.Equal(before, Hashes(Render(declarations.Of(Cluster))));
    }

    public static TheoryData<string, Func<RenderContext, RenderContext>> Contexts => new()
    {
        { nameof(RenderContext.Size), c => c with { Size = 5 } },
        { nameof(RenderContext.Images), c => c with { Images = ImageVector.Of("docker.io/druid/member:2", "docker.io/druid/busybox:1") } },
        { nameof(RenderContext.PeerTls), c => c with { PeerTls = PeerTls.On, LivePeerTls = Secrets("a") } },
        { nameof(RenderContext.LivePeerTls), c => c with { PeerTls = PeerTls.Prepared, LivePeerTls = Secrets("b") } },
        { nameof(RenderContext.UpdateStrategy), c => c with { UpdateStrategy = UpdateStrategy.RollingUpdate } },
        { nameof(RenderContext.Authorities), c => c with { Authorities = "1" } },
        { nameof(RenderContext.FirstAuthorities), c => c with { Authorities = "1", FirstAuthorities = "0" } },
        { nameof(RenderContext.LiveClaimCapacity), c => c with { LiveClaimCapacity = Quantity.Parse("1Gi") } },
        { nameof(RenderContext.Server), c => c with { Server = new() { UnhealthyPodEvictionPolicy = false } } },
        { nameof(RenderContext.BackupHostPath), c => c with { BackupHostPath = "/elsewhere" } },
        { nameof(RenderContext.UpgradeEtcdVersion), c => c with { UpgradeEtcdVersion = true } },
        { nameof(RenderContext.LiveConfigChecksum), c => c with { LiveConfigChecksum = ChecksumOf(c with { Etcd = c.Etcd with { Spec = c.Etcd.Spec with { Replicas = 1 } } }) } },
        { nameof(RenderContext.AutomountServiceAccountToken), c => c with { AutomountServiceAccountToken = false } },
    };

    [Theory, MemberData(nameof(Contexts))]
    public void Another_context_renders_anew(string what, Func<RenderContext, RenderContext> change)
    {
        var declared = declarations.Of(Cluster);
        var (before, changed) = (Context(declared), change(Context(declared)));
        var rendered = Hashes(Render(declared, before));
        Assert.Equal(Hashes(Render(new Declarations().Of(Cluster), changed)), Hashes(Render(declared, changed)));
        Assert.True(!rendered.SequenceEqual(Hashes(Render(declared, changed))), $"Another {what} renders the same.");
        Assert.Equal(rendered, Hashes(Render(declared, before)));
    }

    [Fact]
    public void A_spec_that_breaks_the_rules_is_told_of_once_it_is_there_and_no_longer()
    {
        var objects = new ClusterObjects { Etcd = Cluster, Declarations = declarations };
        Assert.Empty(SpecErrors.Of(objects));
        Assert.NotEmpty(SpecErrors.Of(objects with { Etcd = Cluster with { Spec = Cluster.Spec with { Replicas = -1 } } }));
        Assert.Empty(SpecErrors.Of(objects));
    }

    [Fact]
    public void Only_so_many_clusters_are_remembered()
    {
        var first = declarations.Of(Cluster);
        foreach (var i in Enumerable.Range(1, Declarations.Remembered - 1))
        {
            declarations.Of(Cluster with { Metadata = Cluster.Metadata with { Name = $"e{i}" } });
        }
        Assert.Same(first, declarations.Of(Cluster));
        declarations.Of(Cluster with { Metadata = Cluster.Metadata with { Name = "one-more" } });
        Assert.NotSame(first, declarations.Of(Cluster));
    }

    static RenderContext Context(Declared declared) => new(declared.Etcd, 3, Images);

    static List<IResource> Render(Declared declared, RenderContext? context = null) =>
        [.. OwnedComponents.Of(declared.Etcd).SelectMany(c => declared.Render(c.Kind, context ?? Context(declared)))];

    static string ChecksumOf(RenderContext context) =>
        ((StatefulSet)OwnedComponents.Render(ComponentKind.StatefulSet, context).Single()).Spec!.Template!.Metadata!.Annotations![Annotations.ConfigMapChecksum];

    static List<string?> Hashes(IEnumerable<IResource> rendered) => [.. rendered.Select(o => o.Annotation(AppliedHash.Annotation))];

    static PeerTlsConfig Secrets(string name) => new() { TlsCaSecretRef = new() { Name = $"{name}-ca" }, ServerTlsSecretRef = new() { Name = $"{name}-server" } };
}
