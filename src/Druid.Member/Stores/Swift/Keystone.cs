using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Druid.Member.Stores.Credentials;
using Druid.Member.Stores.Transfer;

namespace Druid.Member.Stores.Swift;

/// <summary>A token of OpenStack's identity service, and where it says that the project's objects are.</summary>
sealed record SwiftToken(string Text, DateTimeOffset Expires, Uri Storage) : AccessToken(Text, Expires);

/// <summary>OpenStack's identity service, version 3: tokens for an application credential or for a user with a password.</summary>
/// <param name="login">Who, and where.</param>
/// <param name="endpoint">Replaces the host of the object storage; null leaves what the catalog says.</param>
/// <param name="calls">For fetching tokens.</param>
sealed class Keystone(SwiftLogin login, Uri? endpoint, StoreCalls calls)
{
    /// <summary>Fetches a token.</summary>
    /// <exception cref="StoreException">None is to be had, or the catalog has no object storage.</exception>
    public async Task<SwiftToken> Fetch(CancellationToken cancel)
    {
        var (token, answer) = await calls.Call($"log in at {login.Url}", StoreCalls.ShortLimit, _ => Task.FromResult(new HttpRequestMessage(HttpMethod.Post, login.Url)
        {
            Content = new StringContent(Body().ToJsonString(), System.Text.Encoding.UTF8, "application/json"),
        }), async (response, stop) =>
        {
            using (response)
                return (response.Headers.TryGetValues("X-Subject-Token", out var values) ? values.First() : null, await response.Content.ReadAsByteArrayAsync(stop));
        }, cancel);
        try
        {
            using var document = JsonDocument.Parse(answer);
            var body = document.RootElement.GetProperty("token");
            return new(
                token ?? throw new FormatException("it has no X-Subject-Token"),
                DateTimeOffset.Parse(body.GetProperty("expires_at").GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                Storage(body));
        }
        catch (Exception strange) when (strange is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw new StoreException(StoreError.Denied, $"the answer of {login.Url} is not understood: {strange.Message}", strange);
        }
    }

    JsonObject Body()
    {
        var domain = new JsonObject { ["name"] = login.Domain };
        if (login.CredentialSecret is { } secret)
        {
            var credential = new JsonObject { ["secret"] = secret };
            if (login.CredentialId is { } id)
            {
                credential["id"] = id;
            }
            else
            {
                credential["name"] = login.CredentialName;
                credential["user"] = new JsonObject { ["name"] = login.User, ["domain"] = domain };
            }
            // An application credential belongs to a project: no scope may be given.
            return new() { ["auth"] = new JsonObject { ["identity"] = new JsonObject { ["methods"] = new JsonArray("application_credential"), ["application_credential"] = credential } } };
        }
        return new()
        {
            ["auth"] = new JsonObject
            {
                ["identity"] = new JsonObject
                {
                    ["methods"] = new JsonArray("password"),
                    ["password"] = new JsonObject { ["user"] = new JsonObject { ["name"] = login.User, ["password"] = login.Password, ["domain"] = domain } },
                },
                ["scope"] = new JsonObject { ["project"] = new JsonObject { ["name"] = login.Project, ["domain"] = domain.DeepClone() } },
            },
        };
    }

    Uri Storage(JsonElement token)
    {
        var endpoints = token.GetProperty("catalog").EnumerateArray()
            .Where(service => service.GetProperty("type").GetString() == "object-store")
            .SelectMany(service => service.GetProperty("endpoints").EnumerateArray())
            .Where(found => found.GetProperty("interface").GetString() == "public")
            .ToList();
        var fitting = endpoints.Where(found => login.Region is null || found.GetProperty("region").GetString() == login.Region).ToList();
        if (fitting.Count == 0)
            throw new StoreException(StoreError.Denied, endpoints.Count == 0
                ? $"the catalog of {login.Url} has no public object storage"
                : $"the catalog of {login.Url} has no object storage in region '{login.Region}': there is {string.Join(", ", endpoints.Select(found => found.GetProperty("region").GetString()))}");
        var url = new Uri(fitting[0].GetProperty("url").GetString()!);
        return endpoint is null ? url : new UriBuilder(url) { Scheme = endpoint.Scheme, Host = endpoint.Host, Port = endpoint.Port }.Uri;
    }
}
