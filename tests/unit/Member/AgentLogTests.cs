using System.Text.Json.Nodes;
using Druid.Member.Logging;
using Serilog.Events;

namespace Druid.UnitTests.Member;

public class AgentLogTests
{
    [Fact]
    public void A_json_line_has_the_message_and_every_property_by_name()
    {
        var line = Log("json", log => log.Warning("{Member} waits for {Count} others", "e-0", 2));
        var json = JsonNode.Parse(line)!;

        Assert.Equal("e-0 waits for 2 others", json["msg"]!.ToString());
        Assert.Equal("warn", json["level"]!.ToString());
        Assert.Equal("e-0", json["Member"]!.ToString());
        Assert.Equal(2, json["Count"]!.GetValue<int>());
        Assert.EndsWith("}\n", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_line_is_for_people() =>
        Assert.EndsWith(" INFO  etcd ended with 0\n", Log("text", log => log.Information("etcd ended with {ExitCode}", 0)), StringComparison.Ordinal);

    [Fact]
    public void Less_important_lines_than_asked_for_are_not_written() => Assert.Empty(Log("json", log => log.Debug("detail")));

    static string Log(string format, Action<Serilog.ILogger> write)
    {
        using var output = new StringWriter();
        using (var log = AgentLog.Create(format, LogEventLevel.Information, output)) write(log);
        return output.ToString();
    }
}
