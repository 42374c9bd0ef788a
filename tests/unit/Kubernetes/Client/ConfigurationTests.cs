using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Druid.Kubernetes.Client;

namespace Druid.UnitTests.Kubernetes.Client;

public sealed class ConfigurationTests : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("kubeconfig").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_client_certificate_may_be_in_the_file()
    {
        var (certificate, key) = Certificate();
        var config = Load($"""
            current-context: here
            contexts:
            - name: elsewhere
              context: {"{"} cluster: c, user: nobody {"}"}
            - name: here
              context: {"{"} cluster: c, user: u, namespace: garden {"}"}
            clusters:
            - name: c
              cluster:
                server: https://10.0.0.1:6443
                certificate-authority-data: {Base64(certificate)}
                tls-server-name: kubernetes
            users:
            - name: u
              user:
                client-certificate-data: {Base64(certificate)}
                client-key-data: {Base64(key)}
            """);
        Assert.Equal(new Uri("https://10.0.0.1:6443"), config.Server);
        Assert.Equal("garden", config.Namespace);
        Assert.Equal("kubernetes", config.TlsServerName);
        Assert.True(config.ClientCertificate!.HasPrivateKey);
        Assert.Single(config.CertificateAuthorities!);
        Assert.False(config.SkipCertificateCheck);
    }

    [Fact]
    public void Paths_are_relative_to_the_file()
    {
        var (certificate, key) = Certificate();
        File.WriteAllText(Path.Combine(_directory, "ca.crt"), certificate);
        File.WriteAllText(Path.Combine(_directory, "me.crt"), certificate);
        File.WriteAllText(Path.Combine(_directory, "me.key"), key);
        var config = Load(Minimal("{ client-certificate: me.crt, client-key: me.key }", "certificate-authority: ca.crt"));
        Assert.NotNull(config.ClientCertificate);
        Assert.Single(config.CertificateAuthorities!);
        Assert.Equal("default", config.Namespace);
    }

    [Fact]
    public void A_token_may_be_in_the_file_or_in_another()
    {
        Assert.Equal("secret", Load(Minimal("{ token: secret }", "insecure-skip-tls-verify: true")).Token);
        Assert.True(Load(Minimal("{ token: secret }", "insecure-skip-tls-verify: true")).SkipCertificateCheck);
        Assert.Equal(Path.Combine(_directory, "token"), Load(Minimal("{ tokenFile: token }")).TokenFile);
    }

    [Fact]
    public void Of_several_files_the_first_that_has_an_entry_counts()
    {
        var first = Write("first", "current-context: x\nclusters:\n- name: c\n  cluster: { server: 'https://first' }");
        var second = Write("second", Minimal("{ token: t }"));
        var config = ClusterConfiguration.FromKubeconfig($"{first}{Path.PathSeparator}{_directory}/missing{Path.PathSeparator}{second}");
        Assert.Equal(new Uri("https://first"), config.Server);
        Assert.Equal("t", config.Token);
    }

    [Theory]
    [InlineData("{ exec: { command: aws } }", "'exec', which is not supported")]
    [InlineData("{ auth-provider: { name: gcp } }", "'auth-provider', which is not supported")]
    [InlineData("{ username: a, password: b }", "user name and password")]
    [InlineData("{ client-certificate-data: eA== }", "both are needed")]
    [InlineData("{ client-certificate-data: eA==, client-key-data: eA== }", "not a PEM certificate")]
    [InlineData("{ client-certificate-data: '?', client-key-data: eA== }", "cannot read its client-certificate")]
    [InlineData("{ client-certificate: nowhere, client-key: nowhere }", "cannot read its client-certificate")]
    public void What_cannot_be_used_says_why(string user, string message) =>
        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => Load(Minimal(user))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("a: [", "is not YAML: line")]
    [InlineData("clusters: []", "no current-context")]
    [InlineData("current-context: x", "no context 'x'")]
    [InlineData("current-context: x\ncontexts: [{name: x, context: {cluster: c}}]", "no cluster 'c'")]
    [InlineData("current-context: x\ncontexts: [{name: x, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: 'localhost:80'}}]", "not an http or https URL")]
    [InlineData("current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'https://a'}}]", "no user 'u'")]
    public void A_file_that_does_not_lead_anywhere_says_where_it_ends(string yaml, string message)
    {
        var error = Assert.Throws<ConfigurationException>(() => Load(yaml));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(_directory, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains($"{_directory}/none", Assert.Throws<ConfigurationException>(() => ClusterConfiguration.FromKubeconfig($"{_directory}/none")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("10.96.0.1", "443", "https://10.96.0.1/")]
    [InlineData("fd00::1", "6443", "https://[fd00::1]:6443/")]
    public void A_pod_finds_its_server_token_authority_and_namespace(string host, string port, string server)
    {
        Write("token", "secret");
        Write("ca.crt", Certificate().Certificate);
        Write("namespace", "garden\n");
        var config = InClusterConfiguration.Load(_directory, host, port);
        Assert.Equal(new Uri(server), config.Server);
        Assert.Equal("garden", config.Namespace);
        Assert.Equal(Path.Combine(_directory, "token"), config.TokenFile);
        Assert.Single(config.CertificateAuthorities!);
    }

    [Fact]
    public void A_pod_without_a_token_says_what_to_do() =>
        Assert.Contains("automountServiceAccountToken", Assert.Throws<ConfigurationException>(() => InClusterConfiguration.Load(_directory, "h", "1")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_token_file_is_read_again_when_it_changes()
    {
        var time = new FakeTime();
        var file = Write("token", "one");
        var token = new BearerToken(null, file, time);
        Assert.Equal("one", token.Current());

        File.WriteAllText(file, "two");
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(1));
        Assert.Equal("one", token.Current());
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("two", token.Current());

        File.Delete(file);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("two", token.Current());
        Assert.False(token.TryRefresh());
    }

    [Fact]
    public void A_token_file_that_never_was_there_is_named() =>
        Assert.Contains("/nowhere", Assert.Throws<ConfigurationException>(() => new BearerToken(null, "/nowhere", new FakeTime()).Current()).Message, StringComparison.Ordinal);

    static string Minimal(string user, string cluster = "server: https://ignored") => $"""
        current-context: x
        contexts: [{"{"}name: x, context: {"{"}cluster: c, user: u{"}"}{"}"}]
        clusters:
        - name: c
          cluster:
            server: https://second
            {(cluster.StartsWith("server", StringComparison.Ordinal) ? "" : cluster)}
        users:
        - name: u
          user: {user}
        """;

    ClusterConfiguration Load(string yaml) => ClusterConfiguration.FromKubeconfig(Write("config", yaml));

    string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }

    static (string Certificate, string Key) Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return (certificate.ExportCertificatePem(), key.ExportECPrivateKeyPem());
    }

    static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
}
