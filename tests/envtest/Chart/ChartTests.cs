using System.Diagnostics;
using System.Text.Json.Nodes;
using Druid.Kubernetes;
using Druid.Operator.Commands;
using Druid.Operator.Installation;

namespace Druid.EnvtestTests.Chart;

/// <summary>What the chart installs, rendered by the template engine that Helm uses.</summary>
public sealed class ChartTests
{
    const string Namespace = "druid-system";

    [Theory]
    [InlineData("{}", true, true, 1)]
    [InlineData("{replicas: 2}", true, true, 2)]
    [InlineData("{webhooks: {protection: {enabled: false}}}", false, true, 1)]
    [InlineData("{webhooks: {protection: {enabled: false}, specValidation: {enabled: false}}}", false, false, 1)]
    public async Task The_chart_and_the_manifests_install_the_same_objects(string values, bool protection, bool specs, int replicas)
    {
        var chart = await Render(values, "--api-version", "policy/v1");
        var manifests = new Installation
        {
            Namespace = Namespace,
            OperatorImage = "docker.io/druid/operator:0.1.0",
            MemberImage = "docker.io/druid/member:0.1.0",
            ShellImage = "docker.io/library/busybox:1.36",
            Protection = protection,
            SpecValidation = specs,
            Replicas = replicas,
        }.Render().Where(r => r.Kind != "Namespace").Select(r => ManifestsCommand.ToNode(r)).ToDictionary(Id);

        Assert.Equal(manifests.Keys.Order(), chart.Keys.Order());
        foreach (var (id, expected) in manifests)
        {
            var (said, rendered) = (Comparable(expected), Comparable(chart[id]));
            Assert.True(JsonNode.DeepEquals(said, rendered), $"{id}: the manifests say\n{Yaml.Write(said)}\nand the chart\n{Yaml.Write(rendered)}");
        }
    }

    [Fact]
    public async Task Everything_that_can_be_turned_on_is_accepted_by_an_API_server()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace("chart");
        var objects = await Render("""
            replicas: 2
            networkPolicy: {enabled: true, extraEgress: [{ports: [{port: 4318, protocol: TCP}]}]}
            monitoring: {dashboard: {enabled: true}}
            webhooks: {certificate: {secretName: mine, caBundle: not checked here}}
            imageVectorOverwrite: "images: []"
            imagePullSecrets: [{name: pull}]
            podAnnotations: {a: b}
            podLabels: {c: d}
            nodeSelector: {disk: ssd}
            tolerations: [{operator: Exists}]
            affinity: {nodeAffinity: {}}
            priorityClassName: system-cluster-critical
            tracing: {endpoint: "http://collector:4318"}
            config: {logging: {logLevel: debug}}
            """, "--namespace", ns, "--values", Path.Combine(Root, "charts/druid/values-ha.yaml"));
        var file = Path.GetTempFileName();
        try
        {
            // A caBundle has to be one for the server.
            objects.Remove("ValidatingWebhookConfiguration/druid");
            await File.WriteAllTextAsync(file, Yaml.WriteAll(objects.Values.Select(o => o.DeepClone())));
            var (code, output) = await Run("kubectl", "--kubeconfig", plane.Kubeconfig, "apply", "--dry-run=server", "-f", file);
            Assert.True(code == 0, output);
        }
        finally
        {
            File.Delete(file);
        }
        var written = Yaml.Read(objects["ConfigMap/druid"]["data"]!["config.yaml"]!.GetValue<string>())!.AsObject();
        Assert.Equal("/etc/webhook-server-tls", written["server"]!["webhooks"]!["serverCertDir"]!.GetValue<string>());
        // The directory is there in the pod only.
        written.Remove("server");
        var configuration = Druid.Operator.Configuration.OperatorConfiguration.Parse(Yaml.Write(written));
        Assert.Equal("debug", configuration.Logging.LogLevel);
        Assert.Equal("http://collector:4318", configuration.Tracing.Endpoint);
        Assert.True(configuration.Webhooks.EtcdComponentProtection.Enabled);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{replicas: 3, webhooks: {certificate: {secretName: mine}}}")]
    public async Task The_pods_satisfy_the_pod_security_standard_restricted(string values)
    {
        var pod = (await Render(values))["Deployment/druid"]["spec"]!["template"]!["spec"]!;
        Assert.True(pod["securityContext"]!["runAsNonRoot"]!.GetValue<bool>());
        Assert.NotEqual(0L, pod["securityContext"]!["runAsUser"]!.GetValue<long>());
        Assert.Equal("RuntimeDefault", pod["securityContext"]!["seccompProfile"]!["type"]!.GetValue<string>());
        foreach (var forbidden in (string[])["hostNetwork", "hostPID", "hostIPC"])
        {
            Assert.Null(pod[forbidden]);
        }
        Assert.All(pod["volumes"]!.AsArray(), volume => Assert.True(volume!["configMap"] is not null || volume["secret"] is not null));
        foreach (var container in pod["containers"]!.AsArray())
        {
            Assert.False(container!["securityContext"]!["allowPrivilegeEscalation"]!.GetValue<bool>());
            Assert.Equal(["ALL"], container["securityContext"]!["capabilities"]!["drop"]!.AsArray().Select(c => c!.GetValue<string>()));
            Assert.All(container["ports"]!.AsArray(), port => Assert.Null(port!["hostPort"]));
        }
    }

    [Fact]
    public async Task A_certificate_of_ones_own_is_mounted_and_trusted()
    {
        var objects = await Render("{webhooks: {certificate: {secretName: mine, caBundle: PEM}}}");
        Assert.All(objects["ValidatingWebhookConfiguration/druid"]["webhooks"]!.AsArray(), webhook =>
            Assert.Equal("PEM", System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(webhook!["clientConfig"]!["caBundle"]!.GetValue<string>()))));
        Assert.Equal(4, objects["ValidatingWebhookConfiguration/druid"]["webhooks"]!.AsArray().Count);
    }

    [Fact]
    public async Task Alerts_fire_when_they_should_and_only_then()
    {
        var (code, output) = await Run(Path.Combine(Root, "hack/chart"), "rules");
        Assert.True(code == 0, output);
        var rules = (await Render("{monitoring: {rules: {enabled: true}, serviceMonitor: {enabled: true, labels: {release: p}}}}"))["PrometheusRule/druid"];
        Assert.True(JsonNode.DeepEquals(Yaml.Read(await File.ReadAllTextAsync(Path.Combine(Root, "charts/druid/files/rules.yaml"))), rules["spec"]));
    }

    static async Task<Dictionary<string, JsonNode>> Render(string values, params string[] arguments)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, values);
            var (code, output) = await Run(Path.Combine(Root, "hack/chart"), ["render", "--namespace", Namespace, .. arguments, "--values", file]);
            Assert.True(code == 0, output);
            return Yaml.ReadAll(output).Select(d => d.Root).ToDictionary(Id);
        }
        finally
        {
            File.Delete(file);
        }
    }

    // A pod is replaced when its configuration changes; how that is told is each one's own. A text of YAML is compared for what it says.
    static JsonNode Comparable(JsonNode node)
    {
        var copy = node.DeepClone();
        (copy["spec"]?["template"]?["metadata"] as JsonObject)?.Remove("annotations");
        if (copy["data"]?["config.yaml"] is { } text)
        {
            copy["data"]!["config.yaml"] = Yaml.Read(text.GetValue<string>());
        }
        return copy;
    }

    static string Id(JsonNode node) => $"{node["kind"]}/{node["metadata"]!["name"]}";

    static async Task<(int Code, string Output)> Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, process.ExitCode == 0 ? output : output + await errors);
    }

    static string Root { get; } = Ascend(AppContext.BaseDirectory);

    static string Ascend(string directory) => File.Exists(Path.Combine(directory, "Druid.slnx")) ? directory : Ascend(Path.GetDirectoryName(directory)!);
}
