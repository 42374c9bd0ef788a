using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Druid.Kubernetes.Client;

/// <summary>Where an API server is, how it is recognised, and who we are to it.</summary>
public sealed record ClusterConfiguration
{
    /// <summary>The address of the API server.</summary>
    public required Uri Server { get; init; }

    /// <summary>The namespace to use where none is given.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>Authorities that the server's certificate must come from; null for those of the system.</summary>
    public X509Certificate2Collection? CertificateAuthorities { get; init; }

    /// <summary>Whether the server's certificate is not checked at all.</summary>
    public bool SkipCertificateCheck { get; init; }

    /// <summary>The name in the server's certificate, where it is not the host of <see cref="Server"/>.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>A certificate with its key by which the server knows us.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>A token by which the server knows us.</summary>
    public string? Token { get; init; }

    /// <summary>A file with such a token, read again when it changes; wins over <see cref="Token"/>.</summary>
    public string? TokenFile { get; init; }

    /// <summary>A proxy on the way to the server.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>
    /// The configuration of this process: <c>$KUBECONFIG</c> if set, the service account in a pod, else <c>~/.kube/config</c>.
    /// </summary>
    /// <exception cref="ConfigurationException">There is none, or it cannot be used; the message says why.</exception>
    public static ClusterConfiguration Detect()
    {
        var named = Environment.GetEnvironmentVariable("KUBECONFIG");
        if (!string.IsNullOrEmpty(named)) return Kubeconfig.Load(named.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)).Resolve();
        if (InClusterConfiguration.IsAvailable) return InClusterConfiguration.Load();
        if (File.Exists(Kubeconfig.DefaultPath)) return Kubeconfig.Load([Kubeconfig.DefaultPath]).Resolve();
        throw new ConfigurationException(
            $"No cluster: this is not a pod with a service account, $KUBECONFIG is not set, and there is no {Kubeconfig.DefaultPath}.");
    }

    /// <summary>The configuration in a kubeconfig file.</summary>
    /// <param name="path">The file; null for <c>$KUBECONFIG</c> or <c>~/.kube/config</c>.</param>
    /// <param name="context">The context in it; null for its current one.</param>
    /// <exception cref="ConfigurationException">It cannot be used; the message names file, entry and remedy.</exception>
    public static ClusterConfiguration FromKubeconfig(string? path = null, string? context = null)
    {
        path ??= Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } named ? named : Kubeconfig.DefaultPath;
        return Kubeconfig.Load(path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)).Resolve(context);
    }

    /// <summary>The configuration of a pod: its service account, and the API server's address from the environment.</summary>
    /// <exception cref="ConfigurationException">This is not such a pod; the message says what is missing.</exception>
    public static ClusterConfiguration InCluster() => InClusterConfiguration.Load();

    internal SocketsHttpHandler CreateHandler(ClientOptions options)
    {
        var tls = new SslClientAuthenticationOptions { CertificateRevocationCheckMode = X509RevocationMode.NoCheck };
        if (SkipCertificateCheck)
        {
#pragma warning disable CA5359 // The user asked for it by insecure-skip-tls-verify.
            tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (CertificateAuthorities is { } authorities)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }
        if (ClientCertificate is not null) tls.ClientCertificates = [ClientCertificate];

        return new SocketsHttpHandler
        {
            SslOptions = tls,
            ConnectTimeout = options.ConnectTimeout,
            ConnectCallback = Connect,
            EnableMultipleHttp2Connections = true,
            // A server that is gone without a word is noticed within half a minute, on watches too; in HTTP/1.1 by the kernel.
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5),
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            Proxy = Proxy is null ? null : new WebProxy(Proxy),
        };
    }

    static async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(context.DnsEndPoint, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>No usable configuration of a cluster; the message says where it was looked for and what to do.</summary>
public sealed class ConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
