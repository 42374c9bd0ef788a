using System.Text;
using Druid.Kubernetes.Json;

namespace Druid.UnitTests.Kubernetes.Json;

public class JsonExtentTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"a":{"b":[{},{}]}}""")]
    [InlineData("""{"a":"}","b":"\"}","c":"\\","d":"\\\""}""")]
    [InlineData("""{"🦆}":"€{"}""")]
    public void An_object_ends_with_its_last_brace_and_no_sooner(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text + ",{\"}");
        var length = Encoding.UTF8.GetByteCount(text);
        Assert.Equal(length, JsonExtent.OfObject(utf8));
        for (var i = 0; i < length; i++) Assert.Null(JsonExtent.OfObject(utf8.AsSpan(0, i)));
    }
}
