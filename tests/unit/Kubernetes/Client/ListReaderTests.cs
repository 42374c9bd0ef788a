using System.Text;
using System.Text.Json;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.UnitTests.Kubernetes.Client;

public class ListReaderTests
{
    // Names of data and values that look like the end of something.
    static readonly string[] Items =
    [
        Sample.Json("a", "1"),
        """{ "metadata": {"name":"b","resourceVersion":"2"}, "data": {"brace":"}","quote":"\"}","end":"\\","open":"{\"x\":[{","ä€😀":"]}"} }""",
        """{"data":{},"metadata":{"name":"c","resourceVersion":"3","labels":{},"managedFields":[{"fieldsV1":{"f:data":{".":{}}}}]}}""",
        Sample.Json("d", "4"),
    ];

    [Theory]
    [InlineData("", "", "")]
    [InlineData("\n  ", " \t", "")]
    [InlineData("", "", "\"kind\":\"ConfigMapList\",\"metadata\":{},")]
    public async Task Where_the_stream_is_cut_into_pieces_makes_no_difference(string after, string before, string first)
    {
        var text = $$$"""{{{{first}}}"items":[{{{string.Join($"{before},{after}", Items)}}}{{{after}}}],"more":{"of":["it"]},"metadata":{"resourceVersion":"9","continue":"next"}}""";
        for (var size = 1; size < text.Length + 1; size++)
        {
            var list = await Read(text, size);
            Assert.Equal(["a", "b", "c", "d"], list.Items.Select(i => i.Metadata.Name));
            Assert.Equal(("9", "next"), (list.Metadata.ResourceVersion, list.Metadata.Continue));
            Assert.Equal(("}", "\"}", "\\", "{\"x\":[{", "]}"), (list.Items[1].Data!["brace"], list.Items[1].Data!["quote"], list.Items[1].Data!["end"], list.Items[1].Data!["open"], list.Items[1].Data!["ä€😀"]));
        }
    }

    [Fact]
    public async Task Items_that_lie_across_two_buffers_are_read_like_any_other()
    {
        var items = Enumerable.Range(0, 400).Select(i => $$$"""{"metadata":{"name":"{{{i}}}"},"data":{"{{{new string('{', i * 7 % 1500)}}}":"{{{new string('}', i * 13 % 2500)}}}"}}""").ToArray();
        var list = await Read(Sample.List("9", items), int.MaxValue);
        Assert.Equal(Enumerable.Range(0, 400).Select(i => $"{i}"), list.Items.Select(i => i.Metadata.Name));
        Assert.All(list.Items, (item, i) => Assert.Equal(i * 13 % 2500, item.Data!.Values.Single().Length));
    }

    [Theory]
    [InlineData("""{"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}""")]
    [InlineData("""{"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b}}]}""")]
    [InlineData("""{"items":[{"metadata":{"name":"a"}},""")]
    [InlineData("""{"items":[{"metadata":{"name":"a"}}{"metadata":{"name":"b"}}]}""")]
    [InlineData("""{"items":[{"metadata":{"name":"a"}},,{"metadata":{"name":"b"}}]}""")]
    [InlineData("""{"items":[{"metadata":{"name":"a"}},{"metadata":[}]}""")]
    [InlineData("""[]""")]
    public async Task What_is_no_list_or_was_cut_off_is_an_error(string text)
    {
        foreach (var size in new[] { 1, 7, text.Length }) await Assert.ThrowsAnyAsync<JsonException>(() => Read(text, size));
    }

    static async Task<ResourceList<ConfigMap>> Read(string text, int size)
    {
        using var content = new StreamContent(new Chopped(Encoding.UTF8.GetBytes(text), size));
        return await new ListReader<ConfigMap>(ConfigMap.Type).Read(content, CancellationToken.None);
    }
}
