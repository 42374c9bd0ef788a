using System.Text.Json;
using Druid.Member.Stores.Credentials;
using Druid.Member.Stores.Transfer;

namespace Druid.Member.Stores.Azure;

/// <summary>
/// The pod's own identity: a federated one, for which the service account's token is exchanged, or that of the machine, which
/// its metadata service gives.
/// </summary>
sealed class AzureIdentity(Func<string, string?> environment, StoreCalls calls, TimeProvider time)
{
    const string Resource = "https://storage.azure.com/";

    /// <summary>Fetches a token.</summary>
    /// <exception cref="StoreException">None is to be had.</exception>
    public async Task<AccessToken> Fetch(CancellationToken cancel)
    {
        var answer = await calls.Ask("fetch a token of the pod's identity", environment("AZURE_FEDERATED_TOKEN_FILE") is { Length: > 0 } file ? stop => Federated(file, stop) : _ => Task.FromResult(Machine()), cancel);
        try
        {
            using var document = JsonDocument.Parse(answer);
            var seconds = document.RootElement.GetProperty("expires_in");
            return new(
                document.RootElement.GetProperty("access_token").GetString()!,
                time.GetUtcNow().AddSeconds(seconds.ValueKind == JsonValueKind.String ? double.Parse(seconds.GetString()!, System.Globalization.CultureInfo.InvariantCulture) : seconds.GetDouble()));
        }
        catch (Exception strange) when (strange is JsonException or KeyNotFoundException or FormatException)
        {
            throw new StoreException(StoreError.Denied, $"the token service gave no token: {strange.Message}", strange);
        }
    }

    async Task<HttpRequestMessage> Federated(string file, CancellationToken cancel)
    {
        var authority = environment("AZURE_AUTHORITY_HOST") is { Length: > 0 } host ? host.TrimEnd('/') : "https://login.microsoftonline.com";
        try
        {
            return new(HttpMethod.Post, $"{authority}/{Required("AZURE_TENANT_ID")}/oauth2/v2.0/token")
            {
                Content = new FormUrlEncodedContent(new Dictionary<string, string>
                {
                    ["grant_type"] = "client_credentials",
                    ["client_id"] = Required("AZURE_CLIENT_ID"),
                    ["scope"] = Resource + ".default",
                    ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                    ["client_assertion"] = (await File.ReadAllTextAsync(file, cancel)).Trim(),
                }),
            };
        }
        catch (Exception unreadable) when (unreadable is IOException and not StoreException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreError.Denied, $"the pod's token cannot be read: {unreadable.Message}", unreadable);
        }
    }

    HttpRequestMessage Machine()
    {
        var client = environment("AZURE_CLIENT_ID") is { Length: > 0 } id ? $"&client_id={Uri.EscapeDataString(id)}" : "";
        var request = new HttpRequestMessage(HttpMethod.Get, $"http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource={Uri.EscapeDataString(Resource)}{client}");
        request.Headers.Add("Metadata", "true");
        return request;
    }

    string Required(string name) => environment(name) is { Length: > 0 } value
        ? value
        : throw new StoreException(StoreError.Denied, $"the environment variable {name} of the pod's workload identity is not set");
}
