using System.Net;
using System.Security.Cryptography;
using Amazon.Runtime;
using Druid.Member.Stores.Credentials;
using Druid.Member.Stores.Transfer;

namespace Druid.Member.Stores.S3;

/// <summary>How to reach a bucket and as whom: what the Secrets of the providers that speak S3 say, in one form.</summary>
sealed record S3Settings
{
    /// <summary>Region to sign for; null where the environment is to tell.</summary>
    public string? Region { get; init; }

    /// <summary>Where the API is; null for Amazon's.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Whether the bucket is part of the path instead of the host name.</summary>
    public bool PathStyle { get; init; }

    /// <summary>Access key; null where a role or the pod's identity is used.</summary>
    public string? AccessKeyId { get; init; }

    /// <summary>Its secret.</summary>
    public string? SecretAccessKey { get; init; }

    /// <summary>Role to take on by the token in <see cref="TokenFile"/>.</summary>
    public string? RoleArn { get; init; }

    /// <summary>File with the pod's token for that role.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Whose certificates are accepted.</summary>
    public StoreTrust Trust { get; init; } = new();

    /// <summary>The customer's key that objects are encrypted with; null leaves encryption to the bucket.</summary>
    public S3CustomerKey? CustomerKey { get; init; }

    /// <summary>Whether requests carry the checksums that Amazon's SDKs add of their own; other implementations often refuse these.</summary>
    public RequestChecksumCalculation RequestChecksums { get; init; } = RequestChecksumCalculation.WHEN_REQUIRED;

    /// <summary>Whether such checksums are asked for in answers.</summary>
    public ResponseChecksumValidation ResponseChecksums { get; init; } = ResponseChecksumValidation.WHEN_REQUIRED;

    /// <summary>The settings of a provider.</summary>
    /// <param name="options">The store.</param>
    /// <param name="entries">Its Secret; null where there is none.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <exception cref="StoreException">The Secret lacks something.</exception>
    public static S3Settings From(StoreOptions options, CredentialEntries? entries, Func<string, string?> environment) => options.Provider switch
    {
        StoreProvider.Oss => Oss(options, entries ?? throw Missing("ALICLOUD", options)),
        StoreProvider.Ocs => Ocs(options, entries ?? throw Missing("OPENSHIFT", options)),
        StoreProvider.Ecs => Ecs(options, name => environment(options.VariablePrefix + name)),
        _ => Amazon(options, entries, environment),
    };

    /// <summary>The cloud whose variable names the Secret; null where the variables themselves are the Secret.</summary>
    public static string? Cloud(StoreProvider provider) => provider switch
    {
        StoreProvider.Oss => "ALICLOUD",
        StoreProvider.Ocs => "OPENSHIFT",
        StoreProvider.Ecs => null,
        _ => "AWS",
    };

    static S3Settings Amazon(StoreOptions options, CredentialEntries? entries, Func<string, string?> environment)
    {
        var endpoint = options.Endpoint ?? Url(entries?["endpoint"], entries, secure: true);
        var settings = new S3Settings
        {
            Endpoint = endpoint,
            PathStyle = entries?.Switch("s3ForcePathStyle") ?? HasNoSubdomains(endpoint),
            Trust = new(entries?["trustedCaCert"], entries?.Switch("insecureSkipVerify") ?? false),
            RequestChecksums = entries?["requestChecksumCalculation"] is { } request
                ? Checksums(entries, request, RequestChecksumCalculation.WHEN_SUPPORTED, RequestChecksumCalculation.WHEN_REQUIRED)
                : endpoint is null ? RequestChecksumCalculation.WHEN_SUPPORTED : RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksums = entries?["responseChecksumValidation"] is { } response
                ? Checksums(entries, response, ResponseChecksumValidation.WHEN_SUPPORTED, ResponseChecksumValidation.WHEN_REQUIRED)
                : ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (entries is null)
            return settings with { Region = environment("AWS_REGION"), RoleArn = environment("AWS_ROLE_ARN"), TokenFile = environment("AWS_WEB_IDENTITY_TOKEN_FILE") };
        settings = settings with { Region = entries.Required("region"), CustomerKey = Encryption(entries) };
        if (entries["accessKeyID"] is not null || entries["roleARN"] is null)
            return settings with { AccessKeyId = entries.Required("accessKeyID"), SecretAccessKey = entries.Required("secretAccessKey") };
        return settings with { RoleArn = entries.Required("roleARN"), TokenFile = entries["tokenPath"] ?? entries.FileOf("token") };
    }

    // OSS answers S3's protocol under names of its own, wants the bucket in the host name and takes no chunked signatures.
    static S3Settings Oss(StoreOptions options, CredentialEntries entries)
    {
        var endpoint = options.Endpoint ?? Url(entries.Required("storageEndpoint"), entries, secure: true)!;
        if (endpoint.Host.StartsWith("oss-", StringComparison.Ordinal) && endpoint.Host.EndsWith(".aliyuncs.com", StringComparison.Ordinal))
            endpoint = new UriBuilder(endpoint) { Host = "s3." + endpoint.Host }.Uri;
        var region = endpoint.Host.Split('.').FirstOrDefault(label => label.StartsWith("oss-", StringComparison.Ordinal))?["oss-".Length..].Replace("-internal", "", StringComparison.Ordinal);
        return new()
        {
            Endpoint = endpoint,
            Region = region ?? "us-east-1",
            PathStyle = HasNoSubdomains(endpoint),
            AccessKeyId = entries.Required("accessKeyID"),
            SecretAccessKey = entries.Required("accessKeySecret"),
        };
    }

    static S3Settings Ocs(StoreOptions options, CredentialEntries entries) => new()
    {
        Endpoint = options.Endpoint ?? Url(entries.Required("endpoint"), entries, secure: entries.Switch("disableSSL") != true),
        Region = entries.Required("region"),
        PathStyle = true,
        AccessKeyId = entries.Required("accessKeyID"),
        SecretAccessKey = entries.Required("secretAccessKey"),
        Trust = new(SkipVerification: entries.Switch("insecureSkipVerify") ?? false),
    };

    static S3Settings Ecs(StoreOptions options, Func<string, string?> variable)
    {
        var entries = new CredentialEntries("the environment's ECS_… variables", new Dictionary<string, string>(
            from name in (string[])["ECS_ENDPOINT", "ECS_ACCESS_KEY_ID", "ECS_SECRET_ACCESS_KEY", "ECS_DISABLE_SSL", "ECS_INSECURE_SKIP_VERIFY"]
            select new KeyValuePair<string, string>(name, variable(name)?.Trim() ?? "")));
        return new()
        {
            Endpoint = options.Endpoint ?? Url(entries.Required("ECS_ENDPOINT"), entries, secure: entries.Switch("ECS_DISABLE_SSL") != true),
            Region = "US-Standard", // ECS has no others
            PathStyle = true,
            AccessKeyId = entries.Required("ECS_ACCESS_KEY_ID"),
            SecretAccessKey = entries.Required("ECS_SECRET_ACCESS_KEY"),
            Trust = new(SkipVerification: entries.Switch("ECS_INSECURE_SKIP_VERIFY") ?? false),
        };
    }

    static S3CustomerKey? Encryption(CredentialEntries entries)
    {
        if (entries["sseCustomerKey"] is null && entries["sseCustomerAlgorithm"] is null) return null;
        return S3CustomerKey.Parse(entries.Required("sseCustomerAlgorithm"), entries.Required("sseCustomerKey"))
            ?? throw entries.Wrong("have an 'sseCustomerKey' that is no key of 256 bits: give its 32 bytes, plain or in base64");
    }

    static T Checksums<T>(CredentialEntries entries, string text, T supported, T required) => text.ToLowerInvariant() switch
    {
        "when_supported" => supported,
        "when_required" => required,
        _ => throw entries.Wrong($"have a checksum mode '{text}': use when_supported or when_required"),
    };

    // An address, or this machine's name, has no bucket.host below it.
    static bool HasNoSubdomains(Uri? endpoint) => endpoint is not null && (IPAddress.TryParse(endpoint.Host, out _) || endpoint.Host == "localhost");

    static Uri? Url(string? text, CredentialEntries? entries, bool secure) => text is null ? null
        : Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"{(secure ? "https" : "http")}://{text}", UriKind.Absolute, out var url) ? url
        : throw entries!.Wrong($"have an endpoint '{text}' that is no URL");

    static StoreException Missing(string cloud, StoreOptions options) =>
        new(StoreError.Denied, $"{options.VariablePrefix}{cloud}_APPLICATION_CREDENTIALS names no credentials: mount the Secret of the store there");
}

/// <summary>A key that the customer keeps and the provider encrypts with.</summary>
/// <param name="Algorithm"><c>AES256</c>.</param>
/// <param name="Key">The key in base64.</param>
/// <param name="Digest">Its MD5 in base64, by which the provider knows that it arrived unharmed.</param>
sealed record S3CustomerKey(string Algorithm, string Key, string Digest)
{
    const int KeyBytes = 32;

    /// <summary>A key of 32 bytes, given as such or in base64; null if it is not.</summary>
    public static S3CustomerKey? Parse(string algorithm, string text)
    {
        var key = System.Text.Encoding.UTF8.GetBytes(text);
        if (key.Length != KeyBytes)
        {
            key = new byte[text.Length];
            if (!Convert.TryFromBase64String(text, key, out var length) || length != KeyBytes) return null;
            key = key[..length];
        }
#pragma warning disable CA5351 // What the protocol asks for; nothing rests on it.
        return new(algorithm, Convert.ToBase64String(key), Convert.ToBase64String(MD5.HashData(key)));
#pragma warning restore CA5351
    }
}
