using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Druid.Member.Stores.Credentials;
using Druid.Member.Stores.Transfer;

namespace Druid.Member.Stores.Gcs;

/// <summary>
/// Who is calling Google Cloud Storage: a service account by its key, a workload identity by a token that is exchanged, or the
/// machine's identity, which its metadata server gives.
/// </summary>
/// <param name="entries">The content of the credentials file; null uses the machine's identity.</param>
/// <param name="environment">The environment's variables.</param>
/// <param name="calls">For fetching tokens.</param>
/// <param name="time">The clock of tokens.</param>
sealed class GcsCredentials(CredentialEntries? entries, Func<string, string?> environment, StoreCalls calls, TimeProvider time)
{
    const string Scope = "https://www.googleapis.com/auth/devstorage.read_write";
    const string Cloud = "https://www.googleapis.com/auth/cloud-platform";
    static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>Fetches a token.</summary>
    /// <exception cref="StoreException">None is to be had.</exception>
    public Task<AccessToken> Fetch(CancellationToken cancel) => entries?["type"] switch
    {
        null when entries is null => Machine(cancel),
        "service_account" => ServiceAccount(cancel),
        "external_account" => WorkloadIdentity(cancel),
        var other => throw entries!.Wrong($"are of type '{other}': use service_account or external_account"),
    };

    Task<AccessToken> Machine(CancellationToken cancel)
    {
        var host = environment("GCE_METADATA_HOST") is { Length: > 0 } other ? other : "metadata.google.internal";
        return Token("fetch a token of the machine's identity", () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, $"http://{host}/computeMetadata/v1/instance/service-accounts/default/token");
            request.Headers.Add("Metadata-Flavor", "Google");
            return request;
        }, cancel);
    }

    // RFC 7523: a statement of the service account, signed with its key.
    Task<AccessToken> ServiceAccount(CancellationToken cancel)
    {
        var (email, audience) = (entries!.Required("client_email"), entries["token_uri"] ?? "https://oauth2.googleapis.com/token");
        return Token($"fetch a token for {email}", () => Form(audience, ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", Statement(email, audience))), cancel);
    }

    async Task<AccessToken> WorkloadIdentity(CancellationToken cancel)
    {
        var identity = GcsWorkloadIdentity.From(entries!);
        string subject;
        try
        {
            subject = (await File.ReadAllTextAsync(identity.TokenFile, cancel)).Trim();
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreError.Denied, $"the pod's token cannot be read: {missing.Message}", missing);
        }
        var federated = await Token("exchange the pod's token", () => Form(identity.TokenUrl,
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("audience", identity.Audience),
            ("scope", Cloud),
            ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("subject_token_type", GcsWorkloadIdentity.SubjectTokenType),
            ("subject_token", subject)), cancel);
        if (identity.ImpersonationUrl is not { } impersonation) return federated;
        return await Token("become the service account", () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, impersonation) { Content = new StringContent($$"""{"scope":["{{Scope}}"]}""", Encoding.UTF8, "application/json") };
            request.Headers.Authorization = new("Bearer", federated.Text);
            return request;
        }, cancel);
    }

    string Statement(string email, string audience)
    {
        var now = time.GetUtcNow();
        using var claims = new MemoryStream();
        using (var json = new Utf8JsonWriter(claims))
        {
            json.WriteStartObject();
            json.WriteString("iss", email);
            json.WriteString("scope", Scope);
            json.WriteString("aud", audience);
            json.WriteNumber("iat", now.ToUnixTimeSeconds());
            json.WriteNumber("exp", (now + Lifetime).ToUnixTimeSeconds());
            json.WriteEndObject();
        }
        var statement = $"{Base64("""{"alg":"RS256","typ":"JWT"}"""u8)}.{Base64(claims.ToArray())}";
        using var key = RSA.Create();
        try
        {
            key.ImportFromPem(entries!.Required("private_key"));
            return $"{statement}.{Base64(key.SignData(Encoding.ASCII.GetBytes(statement), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
        }
        catch (Exception unusable) when (unusable is CryptographicException or ArgumentException)
        {
            throw entries!.Wrong($"have a 'private_key' that is not usable: {unusable.Message}");
        }
    }

    async Task<AccessToken> Token(string doing, Func<HttpRequestMessage> request, CancellationToken cancel)
    {
        var answer = await calls.Ask(doing, _ => Task.FromResult(request()), cancel);
        try
        {
            using var document = JsonDocument.Parse(answer);
            var root = document.RootElement;
            return root.TryGetProperty("accessToken", out var impersonated)
                ? new(impersonated.GetString()!, DateTimeOffset.Parse(root.GetProperty("expireTime").GetString()!, CultureInfo.InvariantCulture))
                : new(root.GetProperty("access_token").GetString()!, time.GetUtcNow().AddSeconds(root.GetProperty("expires_in").GetInt32()));
        }
        catch (Exception strange) when (strange is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw new StoreException(StoreError.Denied, $"cannot {doing}: the answer holds no token: {strange.Message}", strange);
        }
    }

    static HttpRequestMessage Form(string url, params (string Name, string Value)[] fields) =>
        new(HttpMethod.Post, url) { Content = new FormUrlEncodedContent(fields.Select(field => new KeyValuePair<string, string>(field.Name, field.Value))) };

    static string Base64(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
