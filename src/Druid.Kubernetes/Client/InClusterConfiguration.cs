using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Druid.Kubernetes.Client;

/// <summary>What Kubernetes gives every pod: a token, an authority, a namespace, and where the API server is.</summary>
static class InClusterConfiguration
{
    public const string Directory = "/var/run/secrets/kubernetes.io/serviceaccount";

    public static bool IsAvailable =>
        !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST")) && File.Exists($"{Directory}/token");

    public static ClusterConfiguration Load() => Load(
        Directory,
        Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST"),
        Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT"));

    public static ClusterConfiguration Load(string directory, string? host, string? port)
    {
        if (string.IsNullOrEmpty(host))
            throw new ConfigurationException("Not in a pod: KUBERNETES_SERVICE_HOST is not set. Use a kubeconfig file instead.");
        var token = Path.Combine(directory, "token");
        if (!File.Exists(token))
            throw new ConfigurationException($"No {token}: let the pod mount its service account's token (automountServiceAccountToken).");

        return new()
        {
            Server = new UriBuilder(Uri.UriSchemeHttps, host.Contains(':') ? $"[{host}]" : host, PortOf(port)).Uri,
            TokenFile = token,
            CertificateAuthorities = Authorities(Path.Combine(directory, "ca.crt")),
            Namespace = NamespaceIn(Path.Combine(directory, "namespace")),
        };
    }

    static int PortOf(string? port)
    {
        if (string.IsNullOrEmpty(port)) return 443;
        return int.TryParse(port, out var number)
            ? number
            : throw new ConfigurationException($"KUBERNETES_SERVICE_PORT is '{port}', not a port.");
    }

    static string NamespaceIn(string file) => File.Exists(file) ? File.ReadAllText(file).Trim() : "default";

    static X509Certificate2Collection Authorities(string file)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            return authorities;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ConfigurationException($"Cannot read the cluster's authority from {file}: {e.Message}", e);
        }
    }
}
