using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Druid.Member.Stores.Azure;

/// <summary>Requests of Azure's Blob service, signed with whatever the settings have.</summary>
static class AzureRequests
{
    const string Version = "2021-12-02";

    /// <summary>Makes a request.</summary>
    /// <param name="settings">Where to, and as whom.</param>
    /// <param name="method">Its verb.</param>
    /// <param name="blob">The blob; empty for the container.</param>
    /// <param name="query">Its parameters.</param>
    /// <param name="time">Tells the date to sign.</param>
    /// <param name="content">Its body; null for none.</param>
    /// <param name="adjust">Sets more headers, before all are signed.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<HttpRequestMessage> Make(
        AzureSettings settings, HttpMethod method, string blob, IReadOnlyList<(string Name, string Value)> query, TimeProvider time, HttpContent? content, Action<HttpRequestHeaders>? adjust, CancellationToken cancel)
    {
        var path = string.Join('/', blob.Split('/').Select(Uri.EscapeDataString));
        var parameters = string.Join('&', query.Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value)}").Concat(settings.Signature is null ? [] : [settings.Signature]));
        var request = new HttpRequestMessage(method, $"{settings.Container.AbsoluteUri}{(blob.Length > 0 ? "/" : "")}{path}{(parameters.Length > 0 ? "?" : "")}{parameters}") { Content = content };
        request.Headers.Add("x-ms-version", Version);
        request.Headers.Add("x-ms-date", time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture));
        adjust?.Invoke(request.Headers);
        if (settings.Key is { } key)
            request.Headers.Authorization = new("SharedKey", $"{settings.Account}:{Sign(key, Canonical(settings.Account!, request, query))}");
        else if (settings.Token is { } token)
            request.Headers.Authorization = new("Bearer", (await token.Get(cancel)).Text);
        return request;
    }

    static string Sign(byte[] key, string text) => Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));

    static string Canonical(string account, HttpRequestMessage request, IReadOnlyList<(string Name, string Value)> query)
    {
        var content = request.Content?.Headers;
        string[] lines =
        [
            request.Method.Method,
            "", // Content-Encoding
            "", // Content-Language
            content?.ContentLength is > 0 ? content.ContentLength.Value.ToString(CultureInfo.InvariantCulture) : "",
            content?.ContentMD5 is { } digest ? Convert.ToBase64String(digest) : "",
            content?.ContentType?.ToString() ?? "",
            "", // Date: x-ms-date is signed below
            "", // If-Modified-Since
            request.Headers.IfMatch.ToString(),
            "", // If-None-Match
            "", // If-Unmodified-Since
            request.Headers.Range?.ToString() ?? "",
            .. request.Headers.Where(header => header.Key.StartsWith("x-ms-", StringComparison.OrdinalIgnoreCase))
                .OrderBy(header => header.Key, StringComparer.Ordinal).Select(header => $"{header.Key.ToLowerInvariant()}:{string.Join(',', header.Value)}"),
            $"/{account}{request.RequestUri!.AbsolutePath}",
            .. query.OrderBy(pair => pair.Name, StringComparer.Ordinal).Select(pair => $"{pair.Name}:{pair.Value}"),
        ];
        return string.Join('\n', lines);
    }
}
