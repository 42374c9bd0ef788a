namespace Druid.Operator.Configuration;

/// <summary>Traces of reconciles.</summary>
public sealed record TracingConfiguration
{
    /// <summary>Where they are sent: an OTLP/HTTP collector, as in http://collector:4318; empty for no traces.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary>Which part of all reconciles is traced, from 0 to 1.</summary>
    public double SamplingRatio { get; set; } = 1;

    internal IEnumerable<string> Errors()
    {
        if (Endpoint.Length > 0 && !(Uri.TryCreate(Endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            yield return $"tracing.endpoint: '{Endpoint}' is no http or https URL; give one as in http://collector:4318, or leave it out for no traces.";
        }
        if (SamplingRatio is not (>= 0 and <= 1))
        {
            yield return $"tracing.samplingRatio: {SamplingRatio} is not from 0 to 1; give 1 for all reconciles, or 0.1 for every tenth.";
        }
    }
}
