using System.Net;
using System.Text.Json.Serialization;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Configuration;

/// <summary>The operator's configuration file (<c>--config</c>), with the defaults of the contract.</summary>
/// <remarks>Settable because a source-generated reader gives an init-only property that is not in the file its type's default, not ours.</remarks>
public sealed record OperatorConfiguration
{
    /// <summary>How hard the API server may be used.</summary>
    public ClientConnectionConfiguration ClientConnection { get; set; } = new();

    /// <summary>How one of several replicas becomes the one that acts.</summary>
    public LeaderElectionConfiguration LeaderElection { get; set; } = new();

    /// <summary>The operator's own HTTP endpoints.</summary>
    public ServerConfiguration Server { get; set; } = new();

    /// <summary>The controllers.</summary>
    public ControllersConfiguration Controllers { get; set; } = new();

    /// <summary>The webhooks.</summary>
    public WebhooksConfiguration Webhooks { get; set; } = new();

    /// <summary>Behaviour turned on or off by name; see <see cref="Configuration.FeatureGates"/>.</summary>
    public Dictionary<string, bool> FeatureGates { get; set; } = [];

    /// <summary>Traces of reconciles.</summary>
    public TracingConfiguration Tracing { get; set; } = new();

    /// <summary>The log.</summary>
    public LoggingConfiguration Logging { get; set; } = new();

    /// <summary>The same by name.</summary>
    internal FeatureGates Features => new(FeatureGates);

    /// <summary>Reads a configuration from a file.</summary>
    /// <exception cref="ConfigurationException">There is no such file, or what it says cannot be used: a line for each error, with the file.</exception>
    public static async Task<OperatorConfiguration> Load(string file, CancellationToken cancel)
    {
        try
        {
            return Parse(await File.ReadAllTextAsync(file, cancel));
        }
        catch (ConfigurationException error)
        {
            throw new ConfigurationException(string.Join(Environment.NewLine, error.Message.Split(Environment.NewLine).Select(line => $"{file}: {line}")));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"--config: {file} cannot be read: {error.Message} Give a file that is there, or leave --config out for the defaults.");
        }
    }

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="ConfigurationException">The text is no YAML, a field is unknown or not what it has to be, or a value is out of range: a line for each error.</exception>
    public static OperatorConfiguration Parse(string yaml)
    {
        var errors = new List<string>();
        var configuration = ConfigurationReader.Read(yaml, errors);
        errors.AddRange(configuration.Errors());
        return errors.Count == 0 ? configuration : throw new ConfigurationException(string.Join(Environment.NewLine, errors));
    }

    IEnumerable<string> Errors()
    {
        if (ClientConnection.Qps < 0)
        {
            yield return $"clientConnection.qps: {ClientConnection.Qps} is negative; give requests a second, or 0 for no limit.";
        }
        if (ClientConnection.Burst < 1)
        {
            yield return $"clientConnection.burst: {ClientConnection.Burst} is below 1; at least one request must be allowed.";
        }
        if (LeaderElection.RenewDeadline.CompareTo(LeaderElection.LeaseDuration) >= 0)
        {
            yield return $"leaderElection.renewDeadline: {LeaderElection.RenewDeadline} is not below leaseDuration ({LeaderElection.LeaseDuration}); a leader must give up before another may take over.";
        }
        if (LeaderElection.RetryPeriod.CompareTo(LeaderElection.RenewDeadline) >= 0)
        {
            yield return $"leaderElection.retryPeriod: {LeaderElection.RetryPeriod} is not below renewDeadline ({LeaderElection.RenewDeadline}); no renewal could be tried twice.";
        }
        if (LeaderElection.RetryPeriod <= Duration.Zero)
        {
            yield return $"leaderElection.retryPeriod: {LeaderElection.RetryPeriod} is not more than 0; give a duration such as 2s.";
        }
        if (string.IsNullOrWhiteSpace(LeaderElection.ResourceName))
        {
            yield return "leaderElection.resourceName: is empty; give the lease a name.";
        }
        foreach (var error in Server.Errors(Webhooks.AnyEnabled))
        {
            yield return error;
        }
        foreach (var error in Webhooks.EtcdComponentProtection.Errors())
        {
            yield return error;
        }
        foreach (var error in Controllers.Errors().Concat(Features.Errors()).Concat(Tracing.Errors()))
        {
            yield return error;
        }
        if (Logging.LogLevel is not ("debug" or "info" or "error"))
        {
            yield return $"logging.logLevel: '{Logging.LogLevel}' is none of debug, info, error.";
        }
        if (Logging.LogFormat is not ("json" or "text"))
        {
            yield return $"logging.logFormat: '{Logging.LogFormat}' is neither json nor text.";
        }
    }
}

/// <summary>How hard the API server may be used.</summary>
public sealed record ClientConnectionConfiguration
{
    /// <summary>Requests a second, over time; 0 for no limit.</summary>
    public double Qps { get; set; } = 100;

    /// <summary>Requests at once.</summary>
    public int Burst { get; set; } = 150;
}

/// <summary>How one of several replicas becomes the one that acts.</summary>
public sealed record LeaderElectionConfiguration
{
    /// <summary>Whether a leader is elected. Without, only one replica may run.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Name of the lease, in the operator's namespace.</summary>
    public string ResourceName { get; set; } = "druid-leader-election";

    /// <summary>How long a leader that stopped renewing is waited for.</summary>
    public Duration LeaseDuration { get; set; } = Duration.Parse("15s");

    /// <summary>How long a leader tries to renew before it gives up.</summary>
    public Duration RenewDeadline { get; set; } = Duration.Parse("10s");

    /// <summary>How often it tries.</summary>
    public Duration RetryPeriod { get; set; } = Duration.Parse("2s");
}

/// <summary>The operator's own HTTP endpoints.</summary>
public sealed record ServerConfiguration
{
    /// <summary>Where <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c> are served.</summary>
    public EndpointConfiguration Metrics { get; set; } = new();

    /// <summary>Where webhooks are served, if any is enabled.</summary>
    public WebhookServerConfiguration Webhooks { get; set; } = new();

    internal IEnumerable<string> Errors(bool webhooks)
    {
        if (Metrics.Port is < 1 or > 65535)
        {
            yield return $"server.metrics.port: {Metrics.Port} is no port; give one from 1 to 65535.";
        }
        if (!IsAddress(Metrics.BindAddress))
        {
            yield return $"server.metrics.bindAddress: '{Metrics.BindAddress}' is no IP address; give one, or leave it out for all.";
        }
        if (!webhooks)
        {
            yield break;
        }
        if (Webhooks.Port is < 1 or > 65535)
        {
            yield return $"server.webhooks.port: {Webhooks.Port} is no port; give one from 1 to 65535.";
        }
        if (Webhooks.Port == Metrics.Port)
        {
            yield return $"server.webhooks.port: {Webhooks.Port} is the port of server.metrics too; give another one.";
        }
        if (!IsAddress(Webhooks.BindAddress))
        {
            yield return $"server.webhooks.bindAddress: '{Webhooks.BindAddress}' is no IP address; give one, or leave it out for all.";
        }
        if (Webhooks.ServerCertDir.Length > 0 && !Directory.Exists(Webhooks.ServerCertDir))
        {
            yield return $"server.webhooks.serverCertDir: there is no directory {Webhooks.ServerCertDir}; mount a Secret with tls.crt and tls.key there, or leave the field out to have a certificate made.";
        }
    }

    static bool IsAddress(string text) => text.Length == 0 || IPAddress.TryParse(text, out _);
}

/// <summary>Where something is served.</summary>
public sealed record EndpointConfiguration
{
    /// <summary>The address; empty for all.</summary>
    public string BindAddress { get; set; } = "";

    /// <summary>The port.</summary>
    public int Port { get; set; } = 8080;
}

/// <summary>The log.</summary>
public sealed record LoggingConfiguration
{
    /// <summary>debug, info or error.</summary>
    public string LogLevel { get; set; } = "info";

    /// <summary>json or text.</summary>
    public string LogFormat { get; set; } = "json";
}

/// <summary>The configuration cannot be used; the message names each field and its remedy.</summary>
public sealed class ConfigurationException(string message) : Exception(message);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(OperatorConfiguration))]
sealed partial class ConfigurationJson : JsonSerializerContext;
