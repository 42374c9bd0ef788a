using System.Diagnostics;
using System.Runtime.CompilerServices;
using Druid.Kubernetes.Resources;
using Druid.Operator.Configuration;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Druid.Operator.Tracing;

/// <summary>Traces of reconciles: one span for each, and in it one for each time it observes, decides, acts and records. They cost nothing where nobody collects them.</summary>
static class Tracer
{
    const string Source = "Druid.Operator";

    static readonly ActivitySource Activities = new(Source);

    /// <summary>A reconcile begins; its id is in status.lastOperation.runID and in the trace.</summary>
    public static Activity? Reconcile(ObjectKey etcd)
    {
        var activity = Activities.StartActivity("reconcile", ActivityKind.Internal, default(ActivityContext));
        return activity?.SetTag("druid.etcd.namespace", etcd.Namespace).SetTag("druid.etcd.name", etcd.Name);
    }

    /// <summary>A step of a reconcile begins.</summary>
    /// <param name="name">observe, decide, act or record.</param>
    public static Activity? Step(string name) => Activities.StartActivity(name);

    /// <summary>Notes why a span ended badly.</summary>
    public static void Failed(this Activity? activity, Exception error) => activity?.SetStatus(ActivityStatusCode.Error, error.Message);

    /// <summary>Sends traces where the configuration says; null where it does not say.</summary>
    public static IDisposable? Start(TracingConfiguration configuration) => configuration.Endpoint.Length > 0 ? Export(configuration) : null;

    // Of its own, so that nothing of the exporter is loaded where there are no traces.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static TracerProvider Export(TracingConfiguration configuration) => Sdk.CreateTracerProviderBuilder()
        .AddSource(Source)
        .SetSampler(new TraceIdRatioBasedSampler(configuration.SamplingRatio))
        .ConfigureResource(resource => resource.AddService("druid-operator", serviceVersion: typeof(Tracer).Assembly.GetName().Version?.ToString(3), serviceInstanceId: Environment.MachineName))
        .AddOtlpExporter(otlp =>
        {
            otlp.Endpoint = new(new Uri(configuration.Endpoint.TrimEnd('/') + "/"), "v1/traces");
            otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
        })
        .Build();
}
