using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Druid.Kubernetes.Client;

/// <summary>Kubeconfig files, read as kubectl reads them: of several files, the first one that has an entry counts.</summary>
sealed class Kubeconfig
{
    readonly Dictionary<string, Entry> _clusters = [];
    readonly Dictionary<string, Entry> _users = [];
    readonly Dictionary<string, Entry> _contexts = [];
    readonly IReadOnlyList<string> _files;
    string? _currentContext;

    Kubeconfig(IReadOnlyList<string> files) => _files = files;

    public static string DefaultPath =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config");

    /// <exception cref="ConfigurationException">No file exists, or one is not a kubeconfig.</exception>
    public static Kubeconfig Load(IReadOnlyList<string> files)
    {
        var existing = files.Where(File.Exists).ToList();
        if (existing.Count == 0) throw new ConfigurationException($"No kubeconfig: {string.Join(", ", files)} does not exist.");
        var config = new Kubeconfig(existing);
        foreach (var file in existing) config.Add(file);
        return config;
    }

    /// <exception cref="ConfigurationException">The context does not lead to a usable configuration.</exception>
    public ClusterConfiguration Resolve(string? context = null)
    {
        context ??= _currentContext
            ?? throw Problem("it has no current-context: name a context, or set one with kubectl config use-context");
        var chosen = Find(_contexts, "context", context);
        var cluster = Find(_clusters, "cluster", chosen.Text("cluster") ?? throw Problem($"context '{context}' names no cluster"));
        var user = chosen.Text("user") is { Length: > 0 } name ? Find(_users, "user", name) : null;
        foreach (var plugin in new[] { "exec", "auth-provider" })
        {
            if (user?.Has(plugin) == true)
                throw Problem($"user '{user.Name}' gets its credentials by '{plugin}', which is not supported: use a client certificate, token or tokenFile");
        }
        if (user?.Has("username") == true)
            throw Problem($"user '{user.Name}' has a user name and password, which Kubernetes no longer accepts: use a client certificate, token or tokenFile");

        return new()
        {
            Server = ServerOf(cluster),
            Namespace = chosen.Text("namespace") is { Length: > 0 } ns ? ns : "default",
            CertificateAuthorities = AuthoritiesOf(cluster),
            SkipCertificateCheck = cluster.Text("insecure-skip-tls-verify") == "true",
            TlsServerName = cluster.Text("tls-server-name"),
            Proxy = cluster.Text("proxy-url") is { Length: > 0 } proxy ? new Uri(proxy) : null,
            ClientCertificate = user is null ? null : CertificateOf(user),
            Token = user?.Text("token"),
            TokenFile = user?.PathOf("tokenFile"),
        };
    }

    Uri ServerOf(Entry cluster)
    {
        var server = cluster.Text("server");
        return Uri.TryCreate(server, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http"
            ? uri
            : throw Problem($"cluster '{cluster.Name}' has server '{server}', which is not an http or https URL");
    }

    X509Certificate2Collection? AuthoritiesOf(Entry cluster)
    {
        if (Pem(cluster, "certificate-authority") is not { } pem) return null;
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPem(pem);
            return authorities.Count > 0 ? authorities : throw Problem($"cluster '{cluster.Name}': its certificate-authority holds no certificate");
        }
        catch (CryptographicException e)
        {
            throw Problem($"cluster '{cluster.Name}': its certificate-authority is not PEM: {e.Message}", e);
        }
    }

    X509Certificate2? CertificateOf(Entry user)
    {
        var (certificate, key) = (Pem(user, "client-certificate"), Pem(user, "client-key"));
        if (certificate is null && key is null) return null;
        if (certificate is null || key is null)
            throw Problem($"user '{user.Name}' has only one of client-certificate and client-key: both are needed");
        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw Problem($"user '{user.Name}': client-certificate and client-key are not a PEM certificate and its key: {e.Message}", e);
        }
    }

    // Data in the file wins over the name of another file.
    string? Pem(Entry entry, string field)
    {
        try
        {
            if (entry.Text($"{field}-data") is { Length: > 0 } data) return Encoding.ASCII.GetString(Convert.FromBase64String(data));
            return entry.PathOf(field) is { } path ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw Problem($"'{entry.Name}': cannot read its {field}: {e.Message}", e);
        }
    }

    void Add(string file)
    {
        try
        {
            using var reader = new StreamReader(file);
            var yaml = new YamlStream();
            yaml.Load(reader);
            if (yaml.Documents is not [{ RootNode: YamlMappingNode root }, ..]) throw Problem("it is empty");
            if (string.IsNullOrEmpty(_currentContext)) _currentContext = Scalar(root, "current-context");
            Collect(root, "clusters", "cluster", file, _clusters);
            Collect(root, "users", "user", file, _users);
            Collect(root, "contexts", "context", file, _contexts);
        }
        catch (YamlException e)
        {
            throw Problem($"{file} is not YAML: line {e.Start.Line}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Problem($"cannot read {file}: {e.Message}", e);
        }
    }

    static void Collect(YamlMappingNode root, string list, string field, string file, Dictionary<string, Entry> entries)
    {
        if (Child(root, list) is not YamlSequenceNode items) return;
        foreach (var item in items.OfType<YamlMappingNode>())
        {
            if (Scalar(item, "name") is { } name && Child(item, field) is YamlMappingNode body) entries.TryAdd(name, new(name, body, file));
        }
    }

    Entry Find(Dictionary<string, Entry> entries, string what, string name) => entries.TryGetValue(name, out var entry)
        ? entry
        : throw Problem($"it has no {what} '{name}', only: {string.Join(", ", entries.Keys)}");

    ConfigurationException Problem(string what, Exception? inner = null) =>
        new($"Kubeconfig {string.Join(", ", _files)}: {what}.", inner);

    static YamlNode? Child(YamlMappingNode node, string name) => node.Children.TryGetValue(new YamlScalarNode(name), out var child) ? child : null;

    static string? Scalar(YamlMappingNode node, string name) => (Child(node, name) as YamlScalarNode)?.Value;

    /// <summary>A named entry and the file it is from, to whose directory its paths are relative.</summary>
    sealed record Entry(string Name, YamlMappingNode Body, string File)
    {
        public string? Text(string field) => Scalar(Body, field);

        public bool Has(string field) => Child(Body, field) is { } child && child is not YamlScalarNode { Value: null or "" };

        public string? PathOf(string field) => Text(field) is { Length: > 0 } path
            ? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(File))!, path)
            : null;
    }
}
