using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Operator.Webhooks;
using Druid.Operator.Webhooks.Certificates;
using Xunit.Abstractions;

namespace Druid.EnvtestTests.Installed;

/// <summary>What an operator tells of itself to those who watch over it.</summary>
[Collection(nameof(InstalledOperator))]
public sealed class TelemetryTests(InstalledOperator installed, ITestOutputHelper output) : IDisposable
{
    public void Dispose() => installed.VerifySteps();

    [Fact]
    public async Task A_reconcile_is_a_trace_with_a_span_for_each_step()
    {
        await installed.Ready();
        await ControlPlane.Eventually("the spans have come", () =>
        {
            // Of a reconcile that did and recorded something.
            var traces = installed.Spans.All.GroupBy(s => s.Trace).Where(t => t.Any(s => s is { Name: "reconcile", Parent: "" })).ToList();
            return Task.FromResult(traces.Any(trace => new HashSet<string>(trace.Select(s => s.Name)).SetEquals(["reconcile", "observe", "decide", "act", "record"])
                && trace.Where(s => s.Parent.Length > 0).All(s => s.Parent == trace.Single(r => r.Name == "reconcile").Id)));
        });
    }

    [Fact]
    public async Task A_run_is_found_among_the_traces_by_its_id()
    {
        var etcd = await installed.Ready();
        await ControlPlane.Eventually("the run's trace has come", () =>
            Task.FromResult(installed.Spans.All.Any(s => s.Trace.Equals(etcd.Status.LastOperation!.RunId, StringComparison.OrdinalIgnoreCase))));
    }

    [Fact]
    public async Task Metrics_tell_of_machines_members_queues_requests_and_webhooks()
    {
        var key = (await installed.Ready()).Key;
        await Assert.ThrowsAsync<KubernetesException>(() => installed.As(InstalledOperator.Somebody).Delete<ConfigMap>(key with { Name = "e-config" }));
        using var http = new HttpClient();
        foreach (var series in (string[])[
            "druid_leading 1\n", "druid_machine_transitions_total{region=\"lifecycle\",from=\"Creating\",to=\"Ready\"} ", "druid_machine_state_duration_seconds_count{region=\"lifecycle\",state=\"Creating\"} ",
            "druid_reconcile_duration_seconds_count{outcome=\"success\"} ", "druid_clusters{region=\"lifecycle\",state=\"Ready\"} ", "druid_members{role=\"Leader\",health=\"Ready\"} ",
            "workqueue_depth{name=\"etcd\"} ", "workqueue_queue_duration_seconds_count{name=\"etcd\"} ", "kubernetes_client_requests_total{verb=\"apply\",resource=\"statefulsets.apps\",code=\"201\"} ",
            "druid_webhook_duration_seconds_count{webhook=\"protection\",outcome=\"denied\"} "])
        {
            // Operators of other tests measure in this process too; one that is about to end does not lead any more.
            await ControlPlane.Eventually($"the metrics have {series.Trim()}", async () => (await http.GetStringAsync(installed.Metrics)).Contains(series, StringComparison.Ordinal));
        }
    }

    // The time a webhook takes is part of every change of an owned object: told in the test's output, and bounded only where
    // something would be wrong with it.
    [Fact]
    public async Task Webhooks_answer_within_milliseconds()
    {
        var key = (await installed.Ready()).Key;
        var bundle = CertificateBundle.Of((await installed.Client.Get<Secret>(new("druid-system", ManagedCertificates.SecretName))).Data)!;
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.ImportFromPem(bundle.Trusted);
        using var http = new HttpClient(handler);
        foreach (var (what, user) in (IEnumerable<(string, string)>)[("allowed from the cache", $"system:serviceaccount:{key.Namespace}:e"), ("denied after asking the server", InstalledOperator.Somebody)])
        {
            var review = $$$"""
                {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": "1", "kind": {"group": "coordination.k8s.io", "version": "v1", "kind": "Lease"},
                 "operation": "UPDATE", "namespace": "{{{key.Namespace}}}", "name": "e-0", "userInfo": {"username": "{{{user}}}" },
                 "oldObject": {"metadata": {"name": "e-0", "labels": {"app.kubernetes.io/managed-by": "etcd-druid", "app.kubernetes.io/part-of": "e"} } } } }
                """;
            var times = new List<double>();
            for (var i = 0; i < 300; i++)
            {
                using var body = new StringContent(review, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
                var started = Stopwatch.GetTimestamp();
                using var answer = await http.PostAsync(new Uri(installed.Webhooks, ProtectionWebhook.Path), body);
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                Assert.Contains(user == InstalledOperator.Somebody ? "\"allowed\":false" : "\"allowed\":true", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
            times.Sort();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: p50 {times[150]:0.00} ms, p99 {times[297]:0.00} ms, {times.Count} requests one after the other"));
            Assert.True(times[150] < 1000, "A webhook that takes a second holds up every change.");
        }
    }
}
