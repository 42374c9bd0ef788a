using System.Globalization;
using System.Text.Json;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Parsing;

namespace Druid.Member.Logging;

/// <summary>The log of an agent: one JSON object a line on standard error, or plain text.</summary>
static class AgentLog
{
    /// <param name="format"><c>json</c> or <c>text</c>.</param>
    /// <param name="level">The least important events to write.</param>
    /// <param name="output">Where to; standard error, so that standard output stays etcd's.</param>
    public static Logger Create(string format, LogEventLevel level, TextWriter output)
    {
        ITextFormatter formatter = format == "text" ? new TextLine() : new JsonLine();
        return new LoggerConfiguration().MinimumLevel.Is(level).WriteTo.Sink(new LineSink(formatter, output)).CreateLogger();
    }

    sealed class LineSink(ITextFormatter formatter, TextWriter output) : ILogEventSink
    {
        readonly Lock _gate = new();

        public void Emit(LogEvent logEvent)
        {
            using var line = new StringWriter(CultureInfo.InvariantCulture);
            formatter.Format(logEvent, line);
            lock (_gate)
            {
                output.Write(line.ToString());
                output.Flush();
            }
        }
    }

    /// <summary><c>{"ts":…,"level":…,"msg":…,property:…,"error":…}</c>, as etcd and its usual companions write their logs.</summary>
    internal sealed class JsonLine : ITextFormatter
    {
        public void Format(LogEvent logEvent, TextWriter output)
        {
            using var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer))
            {
                json.WriteStartObject();
                json.WriteString("ts", logEvent.Timestamp.UtcDateTime);
                json.WriteString("level", Level(logEvent.Level));
                json.WriteString("msg", Message(logEvent));
                foreach (var (name, value) in logEvent.Properties)
                    Write(json, name, value);
                if (logEvent.Exception is { } error)
                    json.WriteString("error", logEvent.Level >= LogEventLevel.Error ? error.ToString() : error.Message);
                json.WriteEndObject();
            }
            output.Write(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
            output.Write('\n');
        }

        static void Write(Utf8JsonWriter json, string name, LogEventPropertyValue value)
        {
            switch (value)
            {
                case ScalarValue { Value: null }: json.WriteNull(name); break;
                case ScalarValue { Value: bool flag }: json.WriteBoolean(name, flag); break;
                case ScalarValue { Value: int number }: json.WriteNumber(name, number); break;
                case ScalarValue { Value: long number }: json.WriteNumber(name, number); break;
                case ScalarValue { Value: double number }: json.WriteNumber(name, number); break;
                case ScalarValue { Value: IFormattable other }: json.WriteString(name, other.ToString(null, CultureInfo.InvariantCulture)); break;
                case ScalarValue scalar: json.WriteString(name, scalar.Value?.ToString()); break;
                default: json.WriteString(name, value.ToString()); break;
            }
        }
    }

    internal sealed class TextLine : ITextFormatter
    {
        public void Format(LogEvent logEvent, TextWriter output)
        {
            output.Write(logEvent.Timestamp.UtcDateTime.ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture));
            output.Write(Level(logEvent.Level).ToUpperInvariant().PadRight(6));
            output.Write(Message(logEvent));
            if (logEvent.Exception is { } error)
                output.Write(logEvent.Level >= LogEventLevel.Error ? $"\n{error}" : $": {error.Message}");
            output.Write('\n');
        }
    }

    /// <summary>The message with its properties filled in, texts without quotes.</summary>
    static string Message(LogEvent logEvent) => string.Concat(logEvent.MessageTemplate.Tokens.Select(token => token switch
    {
        PropertyToken property when logEvent.Properties.TryGetValue(property.PropertyName, out var value) =>
            value is ScalarValue scalar ? Convert.ToString(scalar.Value, CultureInfo.InvariantCulture) : value.ToString(),
        _ => token.ToString(),
    }));

    static string Level(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose or LogEventLevel.Debug => "debug",
        LogEventLevel.Information => "info",
        LogEventLevel.Warning => "warn",
        LogEventLevel.Error => "error",
        _ => "fatal",
    };
}
