using System.Text.Json.Serialization;
using Druid.Api.Schemas;

namespace Druid.Api;

/// <summary>The secrets of one TLS connection. All are in the Etcd's namespace.</summary>
public record TlsConfig
{
    /// <summary>Secret with the bundle of certificate authorities that both ends trust.</summary>
    [Required, JsonPropertyName("tlsCASecretRef")]
    public CaSecretReference TlsCaSecretRef { get; init => field = value ?? new(); } = new();

    /// <summary>Secret with the server's certificate and key (tls.crt and tls.key).</summary>
    [Required, JsonPropertyName("serverTLSSecretRef")]
    public SecretReference ServerTlsSecretRef { get; init => field = value ?? new(); } = new();

    /// <summary>Secret with the certificate and key (tls.crt and tls.key) that the operator's own clients present.</summary>
    [JsonPropertyName("clientTLSSecretRef")]
    public SecretReference? ClientTlsSecretRef { get; init; }
}

/// <summary>The secrets of the TLS connections between members, and how strictly peers are checked.</summary>
public sealed record PeerTlsConfig : TlsConfig
{
    /// <summary>Accept any certificate of a trusted authority from a peer, whatever names it carries.</summary>
    [JsonPropertyName("skipClientSANVerification")]
    public bool? SkipClientSanVerification { get; init; }
}

/// <summary>A secret.</summary>
[AtomicMap]
public record SecretReference
{
    /// <summary>Name of the secret.</summary>
    public string? Name { get; init; }

    /// <summary>Namespace of the secret. Only the Etcd's own namespace has an effect.</summary>
    public string? Namespace { get; init; }
}

/// <summary>A secret with certificate authorities.</summary>
[AtomicMap]
public sealed record CaSecretReference : SecretReference
{
    /// <summary>Key of the secret that holds the authorities in PEM, ca.crt if absent.</summary>
    public string? DataKey { get; init; }
}
