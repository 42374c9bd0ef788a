using Druid.Operator.Images;

namespace Druid.UnitTests.Components;

public class ImageVectorTests
{
    static readonly ImageVector Vector = ImageVector.Of("registry.local:5000/druid-member:0.1.0", "docker.io/library/busybox:1.35");

    [Fact]
    public void Both_containers_run_the_member_image()
    {
        var etcd = Golden.Etcd("01-single");
        Assert.All(
            new[] { Vector.EtcdOf(etcd, false), Vector.EtcdOf(etcd, true), Vector.SidecarOf(etcd, false), Vector.SidecarOf(etcd, true), Vector.AgentOf(false) },
            image => Assert.Equal("registry.local:5000/druid-member:0.1.0", image));
        Assert.Equal("docker.io/library/busybox:1.35", Vector.Shell);
    }

    [Fact]
    public void Images_in_the_Etcd_win_over_all_others()
    {
        var etcd = Golden.Etcd("23-settings");
        var vector = Vector.OverwrittenBy("images: [{name: etcd-wrapper, repository: x, tag: v2}]");
        Assert.Equal("registry.example.org:5000/etcd:v1", vector.EtcdOf(etcd, false));
        Assert.StartsWith("registry.example.org:5000/agent@sha256:", vector.SidecarOf(etcd, false), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{repository: r.io/a, tag: v2}", "r.io/a:v2")]
    [InlineData("{repository: r.io/a}", "r.io/a:0.1.0")]
    [InlineData("{tag: v2}", "registry.local:5000/druid-member:v2")]
    [InlineData("{tag: 'sha256:12ab'}", "registry.local:5000/druid-member@sha256:12ab")]
    [InlineData("{ref: 'r.io/a@sha256:12ab'}", "r.io/a@sha256:12ab")]
    [InlineData("{repository: r.io/a, tag: v2, sourceRepository: github.com/a/b, resourceId: {name: a}}", "r.io/a:v2")]
    [InlineData("{repository: r.io/a, architectures: [arm64]}", "registry.local:5000/druid-member:0.1.0")]
    [InlineData("{repository: r.io/a, tag: v2, architectures: [amd64, arm64]}", "r.io/a:v2")]
    public void An_overwrite_replaces_what_it_names_and_keeps_the_rest(string entry, string image)
    {
        var vector = Vector.OverwrittenBy($"images: [{entry.Insert(1, "name: etcd-wrapper, ")}]");
        Assert.Equal(image, vector.EtcdOf(Golden.Etcd("01-single"), false));
        Assert.Equal("registry.local:5000/druid-member:0.1.0", vector.SidecarOf(Golden.Etcd("01-single"), false));
    }

    [Fact]
    public void The_next_versions_have_images_of_their_own()
    {
        var vector = Vector.OverwrittenBy("images: [{name: etcd-wrapper-next, tag: v2}, {name: unheard-of, repository: x}]");
        Assert.EndsWith(":0.1.0", vector.EtcdOf(Golden.Etcd("01-single"), false), StringComparison.Ordinal);
        Assert.EndsWith(":v2", vector.EtcdOf(Golden.Etcd("01-single"), true), StringComparison.Ordinal);
    }

    [Fact]
    public void A_digest_in_the_given_reference_is_kept() => Assert.Equal(
        "r.io/m@sha256:12ab", ImageVector.Of("r.io/m@sha256:12ab", "busybox").EtcdOf(Golden.Etcd("01-single"), false));

    [Theory]
    [InlineData("[]", "no list 'images'")]
    [InlineData("images: {}", "no list 'images'")]
    [InlineData("images: [etcd]", "images[0] is no map")]
    [InlineData("images: [{tag: v1}]", "images[0] has no name")]
    [InlineData("images: [{name: a, tag: 1.0}]", "images[0].tag is no text")]
    [InlineData("images: [{name: a}, {name: a}]", "images[1]: 'a' is there twice")]
    [InlineData("images: [{name: a, architectures: amd64}]", "images[0].architectures is no list")]
    public void A_broken_overwrite_is_refused_with_its_place(string yaml, string problem) =>
        Assert.Contains(problem, Assert.Throws<FormatException>(() => Vector.OverwrittenBy(yaml)).Message, StringComparison.Ordinal);
}
