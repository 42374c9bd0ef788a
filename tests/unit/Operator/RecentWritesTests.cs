using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Actions;
using Druid.UnitTests.Kubernetes;

namespace Druid.UnitTests.Operator;

public sealed class RecentWritesTests
{
    readonly FakeTime time = new();
    readonly RecentWrites recent;

    public RecentWritesTests() => recent = new(time);

    [Fact]
    public void What_was_written_is_read_until_the_cache_has_it()
    {
        var written = Map("a", "e", 7);
        recent.Remember(written);
        Assert.Same(written, recent.Newer<ConfigMap>(null, written.Key));
        Assert.Same(written, recent.Newer(Map("a", "e", 6), written.Key));
        var caught = Map("a", "e", 7);
        Assert.Same(caught, recent.Newer(caught, written.Key));
        Assert.Null(recent.Newer<ConfigMap>(null, written.Key));
    }

    [Fact]
    public void Somebody_who_took_an_old_version_from_the_cache_before_it_changed_still_gets_the_newer_one()
    {
        var (written, cached) = (Map("a", "e", 7), Map("a", "e", 8));
        recent.Remember(written);
        recent.Seen(cached);
        Assert.Same(cached, recent.Newer(Map("a", "e", 6), written.Key));
    }

    [Fact]
    public void An_old_event_does_not_undo_a_write()
    {
        var written = Map("a", "e", 7);
        recent.Remember(written);
        recent.Seen(Map("a", "e", 6));
        Assert.Same(written, recent.Newer<ConfigMap>(null, written.Key));
    }

    [Fact]
    public void What_is_deleted_is_not_read_from_a_late_cache()
    {
        var gone = Map("a", "e", 7);
        recent.RememberGone(gone);
        recent.Seen(Map("a", "e", 8));
        Assert.Null(recent.Newer(gone, gone.Key));
        Assert.Empty(recent.Of(new("ns", "e")));
    }

    [Fact]
    public void A_cluster_is_told_what_was_written_for_it_and_nothing_of_others()
    {
        recent.Remember(Map("a", "e", 7));
        recent.Remember(Map("b", "e", 8));
        recent.Remember(Map("c", "f", 9));
        Assert.Equal(["a", "b"], recent.Of(new("ns", "e")).Select(o => o.Metadata.Name).Order());
        recent.Forget(ConfigMap.Type.Kind, new("ns", "a"));
        Assert.Equal("b", Assert.Single(recent.Of(new("ns", "e"))).Metadata.Name);
        Assert.Empty(recent.Of(new("other", "e")));
    }

    [Fact]
    public void After_half_a_minute_the_cache_is_believed()
    {
        var written = Map("a", "e", 7);
        recent.Remember(written);
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.Null(recent.Newer<ConfigMap>(null, written.Key));
    }

    static ConfigMap Map(string name, string cluster, int version) => new()
    {
        Metadata = new() { Name = name, Namespace = "ns", Uid = name, ResourceVersion = $"{version}", Labels = new Dictionary<string, string> { [Labels.PartOf] = cluster } },
    };
}
