using System.Globalization;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Json;

namespace Druid.Operator.Configuration;

/// <summary>Sets up the log: to the console, as text for people or JSON for machines.</summary>
static class Logging
{
    public static Serilog.Core.Logger Create(LoggingConfiguration configuration)
    {
        var logger = new LoggerConfiguration().MinimumLevel.Is(configuration.LogLevel switch
        {
            "debug" => LogEventLevel.Debug,
            "error" => LogEventLevel.Error,
            _ => LogEventLevel.Information,
        });
        return configuration.LogFormat == "json"
            ? logger.WriteTo.Console(new JsonFormatter(renderMessage: true)).CreateLogger()
            : logger.WriteTo.Console(formatProvider: CultureInfo.InvariantCulture, outputTemplate: "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}").CreateLogger();
    }
}
