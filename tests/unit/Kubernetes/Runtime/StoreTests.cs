using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;

namespace Druid.UnitTests.Kubernetes.Runtime;

public class StoreTests
{
    readonly Store<ConfigMap> _store = new();

    [Fact]
    public void A_subscriber_is_told_of_all_there_is_and_of_every_change_after()
    {
        _store.Set(Sample.ConfigMap("a", "1"));
        var told = new List<string>();
        using (_store.Subscribe(c => told.Add($"{c.Old?.Metadata.ResourceVersion}>{c.New?.Metadata.ResourceVersion} {c.Key}")))
        {
            _store.Set(Sample.ConfigMap("b", "2"));
            _store.Set(Sample.ConfigMap("a", "3"));
            _store.Remove(new("ns", "a"), Sample.ConfigMap("a", "4"));
        }
        _store.Set(Sample.ConfigMap("c", "5"));
        Assert.Equal([">1 ns/a", ">2 ns/b", "1>3 ns/a", "4> ns/a"], told);
    }

    [Fact]
    public void What_did_not_change_is_no_change()
    {
        var told = 0;
        Assert.True(_store.Set(Sample.ConfigMap("a", "1")));
        using var subscription = _store.Subscribe(_ => told++);
        Assert.False(_store.Set(Sample.ConfigMap("a", "1")));
        Assert.False(_store.Remove(new("ns", "b")));
        Assert.Equal(1, told);
    }

    [Fact]
    public void A_successor_of_the_same_name_is_told_apart()
    {
        _store.Set(Sample.ConfigMap("a", "1", uid: "one"));
        var changes = new List<StoreChange<ConfigMap>>();
        using var subscription = _store.Subscribe(changes.Add);
        _store.Set(Sample.ConfigMap("a", "1", uid: "two"));
        Assert.True(changes[^1].IsReplacement);
        Assert.True(changes[^1].IsMoreThanStatus);
    }

    [Fact]
    public void What_somebody_declares_is_told_from_what_is_told_of_an_object()
    {
        var one = Sample.ConfigMap("a", "1");
        Assert.False(Becomes(m => m));
        Assert.False(Becomes(m => m with { Finalizers = ["f"] }));
        Assert.True(Becomes(m => m with { Generation = 2 }));
        Assert.True(Becomes(m => m with { DeletionTimestamp = DateTimeOffset.UnixEpoch }));
        Assert.True(Becomes(m => m with { Annotations = new Dictionary<string, string> { ["operation"] = "reconcile" } }));
        // At the start everything is new.
        Assert.False(new StoreChange<ConfigMap>(null, one).IsDeclaration);
        Assert.False(new StoreChange<ConfigMap>(one, null).IsDeclaration);

        bool Becomes(Func<ObjectMeta, ObjectMeta> change) =>
            new StoreChange<ConfigMap>(one, one with { Metadata = change(one.Metadata) with { ResourceVersion = "2" } }).IsDeclaration;
    }

    [Fact]
    public void Objects_are_found_by_owner_and_by_label()
    {
        var byOwner = _store.Index(Indexes.OwnerUids);
        _store.Set(Owned("a", "x"));
        _store.Set(Owned("b", "x"));
        var byLabel = _store.Index(Indexes.Label("part-of"));

        var before = byOwner["x"];
        Assert.Equal(["a", "b"], before.Select(o => o.Metadata.Name));
        Assert.Equal(["a", "b"], byLabel["ns/x"].Select(o => o.Metadata.Name));

        _store.Set(Owned("a", "y"));
        _store.Remove(new("ns", "b"));
        Assert.Empty(byOwner["x"]);
        Assert.Equal(["a"], byOwner["y"].Select(o => o.Metadata.Name));
        Assert.Equal(["a"], byLabel["ns/y"].Select(o => o.Metadata.Name));
        Assert.Equal(["a", "b"], before.Select(o => o.Metadata.Name));
    }

    [Fact]
    public void What_is_not_kept_is_told_as_gone()
    {
        _store.Set(Sample.ConfigMap("a"));
        _store.Set(Sample.ConfigMap("b"));
        var gone = new List<string>();
        using var subscription = _store.Subscribe(c =>
        {
            if (c.IsGone) gone.Add(c.Key.Name);
        });
        _store.KeepOnly(new HashSet<ObjectKey> { new("ns", "b") });
        Assert.Equal(["a"], gone);
        Assert.Equal(1, _store.Count);
    }

    [Fact]
    public async Task Readers_never_see_half_a_change()
    {
        var byOwner = _store.Index(Indexes.OwnerUids);
        _store.Set(Owned("a", "0"));
        var end = false;
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            while (!Volatile.Read(ref end))
            {
                var owner = _store.Get(new("ns", "a"))!.Metadata.OwnerReferences![0].Uid;
                Assert.InRange(byOwner[owner].Count, 0, 1);
                Assert.Single(_store.All());
            }
        })).ToArray();
        for (var i = 1; i < 20_000; i++) _store.Set(Owned("a", $"{i}"));
        Volatile.Write(ref end, true);
        await Task.WhenAll(readers);
        Assert.Single(byOwner["19999"]);
        Assert.Empty(byOwner["19998"]);
    }

    static int s_version;

    static ConfigMap Owned(string name, string owner) => new()
    {
        Metadata = new()
        {
            Namespace = "ns",
            Name = name,
            Uid = name,
            ResourceVersion = $"{Interlocked.Increment(ref s_version)}",
            Labels = new Dictionary<string, string> { ["part-of"] = owner },
            OwnerReferences = [new() { ApiVersion = "v1", Kind = "ConfigMap", Name = owner, Uid = owner, Controller = true }],
        },
    };
}
