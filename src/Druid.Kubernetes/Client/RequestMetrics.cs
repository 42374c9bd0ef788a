using System.Diagnostics.Metrics;
using System.Globalization;

namespace Druid.Kubernetes.Client;

/// <summary>
/// Counts requests: <c>kubernetes_client_requests_total</c> and <c>kubernetes_client_request_duration_seconds</c>, both with
/// <c>verb</c>, <c>resource</c> and <c>code</c>; the code is <c>0</c> where there was no answer.
/// </summary>
sealed class RequestMetrics : IDisposable
{
    public const string MeterName = "Druid.Kubernetes";

    readonly Meter _meter = new(MeterName);
    readonly Counter<long> _requests;
    readonly Histogram<double> _durations;
    readonly IRequestObserver? _observer;

    public RequestMetrics(IRequestObserver? observer)
    {
        _observer = observer;
        _requests = _meter.CreateCounter<long>("kubernetes_client_requests_total", "{request}", "Requests to the API server.");
        _durations = _meter.CreateHistogram<double>(
            "kubernetes_client_request_duration_seconds", "s", "From sending a request to the end of its answer.");
    }

    public void Completed(in RequestInfo request)
    {
        if (_requests.Enabled || _durations.Enabled)
        {
            var verb = KeyValuePair.Create("verb", (object?)request.Verb);
            var resource = KeyValuePair.Create("resource", (object?)request.Resource);
            var code = KeyValuePair.Create("code", (object?)request.Code.ToString(CultureInfo.InvariantCulture));
            _requests.Add(1, verb, resource, code);
            _durations.Record(request.Duration.TotalSeconds, verb, resource, code);
        }
        _observer?.Completed(in request);
    }

    public void Dispose() => _meter.Dispose();
}
