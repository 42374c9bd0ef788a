using System.CommandLine;
using Druid.Member.Etcd;
using Druid.Member.Tls;

namespace Druid.Member.Commands;

/// <summary>Flags of a connection to etcd.</summary>
sealed class EtcdFlags : FlagGroup
{
    readonly Option<string[]> _endpoints;
    readonly Option<string?> _username;
    readonly Option<string?> _password;
    readonly Option<Toggle> _insecureTransport;
    readonly Option<Toggle> _skipVerification;
    readonly Option<string?> _authorities;
    readonly Option<string?> _certificate;
    readonly Option<string?> _key;

    public EtcdFlags()
    {
        _endpoints = List("endpoints", ["http://127.0.0.1:2379"], "Client URLs of the etcd in this pod.", "e");
        _username = OptionalText("etcd-username", "User to authenticate to etcd as.");
        _password = OptionalText("etcd-password", "That user's password.");
        _insecureTransport = Switch("insecure-transport", true, "Whether connections to etcd are plain. What decides is the scheme of the endpoints; this must agree with it.");
        _skipVerification = Switch("insecure-skip-tls-verify", false, "Accept any certificate of etcd.");
        _authorities = OptionalText("cacert", "PEM file of the authorities of etcd's certificate.");
        _certificate = OptionalText("cert", "PEM certificate to show to etcd.");
        _key = OptionalText("key", "PEM key of that certificate.");
    }

    /// <summary>How to reach etcd. Null TLS means plain connections.</summary>
    /// <exception cref="FormatException">Flags that contradict each other, or a URL that is none; the message says which.</exception>
    public EtcdClientOptions Read(ParseResult parsed)
    {
        var endpoints = Urls(parsed.GetValue(_endpoints)!, "--endpoints");
        if (endpoints.Length == 0) throw new FormatException("--endpoints is empty: name the client URL of the etcd in this pod");
        var encrypted = endpoints.Any(endpoint => endpoint.Scheme == "https");
        if (encrypted && parsed.GetValue(_insecureTransport) && parsed.GetResult(_insecureTransport) is { Implicit: false })
            throw new FormatException($"--insecure-transport=true contradicts --endpoints={endpoints[0]}: use an http URL or --insecure-transport=false");
        return new()
        {
            Endpoints = endpoints,
            Tls = encrypted
                ? new ClientTls(parsed.GetValue(_authorities), parsed.GetValue(_certificate), parsed.GetValue(_key), skipVerification: parsed.GetValue(_skipVerification))
                : null,
            Username = parsed.GetValue(_username),
            Password = parsed.GetValue(_password),
        };
    }

    /// <summary>The URLs of a list; one without a scheme is of http.</summary>
    /// <exception cref="FormatException">One is none; the message names the flag.</exception>
    public static Uri[] Urls(string[] texts, string flag) =>
        [.. texts.Select(text => Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new FormatException($"{flag}: '{text}' is not an http or https URL"))];
}
