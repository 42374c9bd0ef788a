using System.Text.Json.Nodes;
using Druid.Kubernetes;

namespace Druid.UnitTests.Kubernetes;

public class YamlTests
{
    [Theory]
    [InlineData("a: 1", """{"a":1}""")]
    [InlineData("a: -1\nb: 0x1f\nc: 0644\nd: 1_000\ne: 0b11", """{"a":-1,"b":31,"c":420,"d":1000,"e":3}""")]
    [InlineData("a: 1.5\nb: 1e3\nc: .5\nd: 6.", """{"a":1.5,"b":1000,"c":0.5,"d":6}""")]
    [InlineData("a: 12345678901234567890", """{"a":12345678901234567890}""")]
    [InlineData("a: yes\nb: off\nc: True\nd: 'yes'", """{"a":true,"b":false,"c":true,"d":"yes"}""")]
    [InlineData("a:\nb: ~\nc: null\nd: \"\"", """{"a":null,"b":null,"c":null,"d":""}""")]
    [InlineData("a: 8Gi\nb: 10s\nc: 1.2.3\nd: 2026-01-01\ne: 0 */2 * * *\nf: 08\ng: .inf", """{"a":"8Gi","b":"10s","c":"1.2.3","d":"2026-01-01","e":"0 */2 * * *","f":8,"g":".inf"}""")]
    [InlineData("a: !!str 5\nb: ! 6", """{"a":"5","b":"6"}""")]
    [InlineData("- a\n- [b, {c: d}]\n- - e", """["a",["b",{"c":"d"}],["e"]]""")]
    [InlineData("a: |\n  b\n  c\nd: >-\n  e\n  f", """{"a":"b\nc\n","d":"e f"}""")]
    [InlineData("1: a\ntrue: b", """{"1":"a","true":"b"}""")]
    [InlineData("a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  b: 2", """{"a":{"b":1},"c":{"b":1},"d":{"b":2}}""")]
    [InlineData("# nothing\n---\na: 1\n...\n", """{"a":1}""")]
    public void Scalars_mean_what_they_mean_to_kubectl(string yaml, string json) =>
        Assert.Equal(JsonNode.Parse(json)!.ToJsonString(), Yaml.Read(yaml)!.ToJsonString());

    [Theory]
    [InlineData("a: 1\na: 2", 2, 1, "the key 'a' is there twice")]
    [InlineData("a:\n  - b\n c", 3, 0, "")]
    [InlineData("a: *b", 1, 4, "the anchor &b is not defined")]
    [InlineData("? [a]\n: b", 1, 3, "a key must be a text")]
    [InlineData("a: 1\n---\nb: 2", 3, 1, "expected one document, found 2")]
    [InlineData("<<: 5", 1, 1, "<< takes a mapping")]
    public void An_error_says_where_it_is(string yaml, int line, int column, string problem)
    {
        var error = Assert.Throws<YamlFormatException>(() => Yaml.Read(yaml));

        Assert.Equal(line, error.Line);
        if (column > 0) Assert.Equal(column, error.Column);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.StartsWith($"line {line}, column ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Documents_are_read_one_by_one_and_empty_ones_left_out()
    {
        var documents = Yaml.ReadAll("---\na: 1\n---\n---\n# nothing\n---\nb: 2\n");

        Assert.Equal(["""{"a":1}""", """{"b":2}"""], documents.Select(d => d.Root.ToJsonString()));
        Assert.Empty(Yaml.ReadAll(""));
        Assert.Null(Yaml.Read("# nothing"));
    }

    [Fact]
    public void Aliases_of_aliases_do_not_fill_the_memory()
    {
        var bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(1, 9).Select(i => $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));

        Assert.Contains("values", Assert.Throws<YamlFormatException>(() => Yaml.Read(bomb)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_does_not_end_the_process() =>
        Assert.Contains("deep", Assert.Throws<YamlFormatException>(() => Yaml.Read(new string('[', 100_000))).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_written_is_easy_to_read() => Assert.Equal(
        """
        apiVersion: v1
        metadata:
          name: etcd-main
          labels: {}
        rules:
        - verbs:
          - get
          - '*'
          empty: []
        - - nested
        text: |
          first: line
            second
        port: 2379
        on: true
        version: '1.0'
        'yes': 'no'
        nothing: null
        colon: 'a: b'
        quote: it's
        tab: "a\tb"

        """.Replace("on: true", "'on': true", StringComparison.Ordinal),
        Yaml.Write(JsonNode.Parse("""
            {"apiVersion":"v1","metadata":{"name":"etcd-main","labels":{}},"rules":[{"verbs":["get","*"],"empty":[]},["nested"]],
             "text":"first: line\n  second\n","port":2379,"on":true,"version":"1.0","yes":"no","nothing":null,"colon":"a: b","quote":"it's","tab":"a\tb"}
            """)));

    [Theory]
    [InlineData("")]
    [InlineData(" a")]
    [InlineData("a ")]
    [InlineData("a\n")]
    [InlineData("a\n\n")]
    [InlineData("\na")]
    [InlineData("a\n b\n")]
    [InlineData(" a\nb")]
    [InlineData("a \nb")]
    [InlineData("a\r\nb")]
    [InlineData("- a")]
    [InlineData("-a")]
    [InlineData("a:")]
    [InlineData("a #b")]
    [InlineData("#a")]
    [InlineData("12:30:45")]
    [InlineData("2026-01-01T00:00:00Z")]
    [InlineData("0o14")]
    [InlineData("1e3")]
    [InlineData("~")]
    [InlineData("NULL")]
    [InlineData("<<")]
    [InlineData("=")]
    [InlineData("---")]
    [InlineData("...")]
    [InlineData("\u2028\u0085\ufeff\u0007")]
    [InlineData("µs 🦊")]
    [InlineData("'quoted'")]
    [InlineData("\"quoted\"")]
    [InlineData("C:\\path")]
    [InlineData("{a}")]
    [InlineData("%a")]
    [InlineData("@a")]
    [InlineData("`a")]
    [InlineData("? a")]
    [InlineData("a, b]")]
    public void Every_text_reads_back_as_it_was(string text)
    {
        var node = new JsonObject { [text] = text, ["list"] = new JsonArray(text, new JsonObject { ["in"] = text }) };

        Assert.Equal(node.ToJsonString(), Yaml.Read(Yaml.Write(node))!.ToJsonString());
        Assert.Equal(text, (string?)Yaml.Read(Yaml.Write(JsonValue.Create(text))));
    }

    [Fact]
    public void Any_JSON_reads_back_as_it_was()
    {
        var random = new Random(42);
        for (var i = 0; i < 500; i++)
        {
            var node = Any(random, 4);
            var yaml = Yaml.Write(node);

            Assert.True(JsonNode.DeepEquals(node, Yaml.Read(yaml)), $"{node?.ToJsonString()}\n{yaml}");
        }
    }

    static JsonNode? Any(Random random, int depth) => random.Next(depth > 0 ? 9 : 7) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(2) == 0),
        2 => JsonValue.Create((long)random.Next(-1000, 1000)),
        3 => JsonValue.Create(random.Next(1000) / 8.0 + 0.0625),
        < 7 => JsonValue.Create(Text(random)),
        7 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Any(random, depth - 1))]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(4)).Select(i => KeyValuePair.Create($"{Text(random)}{i}", Any(random, depth - 1)))),
    };

    static string Text(Random random)
    {
        const string letters = "abz019 \n\t:#-'\"{}[],&*!|>%@`~?=.\\/éµ\u2028🦊";
        var runes = letters.EnumerateRunes().ToArray();
        return string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => runes[random.Next(runes.Length)].ToString()));
    }
}
