using System.CommandLine;
using Druid.Member.Logging;
using Serilog.Core;
using Serilog.Events;

namespace Druid.Member.Commands;

/// <summary>The flags of the agent's log.</summary>
sealed class LogFlags : FlagGroup
{
    readonly Option<string> _format;
    readonly Option<string> _level;

    public LogFlags()
    {
        _format = Choice("log-format", "json", "Form of the log lines.", "json", "text");
        // Numbers are logrus levels, which older arguments use: 4 is info, 5 and 6 are more.
        _level = Choice("log-level", "info", "Least important lines to write.", "debug", "info", "warn", "error", "0", "1", "2", "3", "4", "5", "6");
    }

    /// <summary>The log that the flags ask for.</summary>
    public Logger Create(ParseResult parsed) => AgentLog.Create(parsed.GetValue(_format)!, Level(parsed.GetValue(_level)!), Console.Error);

    static LogEventLevel Level(string text) => text switch
    {
        "debug" or "5" or "6" => LogEventLevel.Debug,
        "warn" or "3" => LogEventLevel.Warning,
        "error" or "0" or "1" or "2" => LogEventLevel.Error,
        _ => LogEventLevel.Information,
    };
}
