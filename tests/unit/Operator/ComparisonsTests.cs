using System.Security.Cryptography;
using Druid.Kubernetes.Resources;
using Druid.Operator.Components;

namespace Druid.UnitTests.Operator;

public sealed class ComparisonsTests
{
    readonly Comparisons comparisons = new();

    [Fact]
    public void The_same_objects_always_compare_the_same()
    {
        var rendered = AppliedHash.Stamp(Map("1"));
        var live = (ConfigMap)rendered with { Data = new Dictionary<string, string> { ["n"] = "2" } };
        Assert.Equal("data.n", comparisons.Difference(rendered, live));
        Assert.Equal("data.n", comparisons.Difference(rendered, live));
        var applied = AppliedHash.Stamp(Map("1"));
        Assert.Null(comparisons.Difference(rendered, applied));
        Assert.Null(comparisons.Difference(rendered, applied));
    }

    [Fact]
    public void Another_rendering_is_compared_anew()
    {
        var live = AppliedHash.Stamp(Map("1"));
        Assert.Null(comparisons.Difference(AppliedHash.Stamp(Map("1")), live));
        Assert.NotNull(comparisons.Difference(AppliedHash.Stamp(Map("2")), live));
        Assert.Null(comparisons.Difference(AppliedHash.Stamp(Map("1")), live));
    }

    [Fact]
    public void Another_object_is_compared_anew_though_it_says_it_was_applied_from_the_same()
    {
        var rendered = AppliedHash.Stamp(Map("1"));
        Assert.Null(comparisons.Difference(rendered, AppliedHash.Stamp(Map("1"))));
        var edited = (ConfigMap)AppliedHash.Stamp(Map("1")) with { Data = new Dictionary<string, string> { ["n"] = "edited" } };
        Assert.Equal("data.n", comparisons.Difference(rendered, edited));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(100_000)]
    public void Hashing_while_writing_gives_the_hash_of_the_whole(int piece)
    {
        var text = new byte[100_000];
        new Random(piece).NextBytes(text);
        using var writer = new HashingWriter();
        foreach (var part in text.Chunk(piece))
        {
            part.CopyTo(writer.GetSpan(part.Length));
            writer.Advance(part.Length);
        }
        var hash = new byte[SHA256.HashSizeInBytes];
        writer.Finish(hash);
        Assert.Equal(SHA256.HashData(text), hash);
    }

    static ConfigMap Map(string value) => new()
    {
        Metadata = new() { Name = "e", Namespace = "ns" },
        Data = new Dictionary<string, string> { ["n"] = value },
    };
}
