using System.Net;

namespace Druid.Member.Stores.Transfer;

/// <summary>Calls of a provider's HTTP API whose failures come as <see cref="StoreException"/>.</summary>
static class StoreHttp
{
    const int ExplanationBytes = 2048;

    /// <summary>Sends a request once and returns the answer if it is a success; its body is still to be read.</summary>
    /// <param name="http">The connections.</param>
    /// <param name="request">The request.</param>
    /// <param name="doing">What it does, for the message.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="classify">What an answer means where its status alone does not tell; null where it does.</param>
    /// <exception cref="StoreException">The provider is out of reach, or answers with a failure.</exception>
    public static async Task<HttpResponseMessage> Send(
        HttpClient http, HttpRequestMessage request, string doing, CancellationToken cancel, Func<HttpStatusCode, string, StoreError?>? classify = null)
    {
        HttpResponseMessage? response = null;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            if (response.IsSuccessStatusCode) return response;
            var explanation = await Explanation(response, cancel);
            var error = classify?.Invoke(response.StatusCode, explanation) ?? Classify(response.StatusCode);
            var failure = new StoreException(error, $"cannot {doing}: {request.RequestUri!.Host} answered {(int)response.StatusCode} {response.ReasonPhrase}{(explanation.Length > 0 ? $": {explanation}" : "")} ({Remedy(error)})")
            {
                RetryAfter = response.Headers.RetryAfter?.Delta,
            };
            response.Dispose();
            throw failure;
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException and not StoreException)
        {
            response?.Dispose();
            throw Unreachable(doing, request.RequestUri!, broken);
        }
    }

    /// <summary>What a broken connection is to a caller.</summary>
    public static StoreException Unreachable(string doing, Uri where, Exception broken)
    {
        var untrusted = broken.InnerException is System.Security.Authentication.AuthenticationException;
        return new(
            untrusted ? StoreError.Denied : StoreError.Unavailable,
            $"cannot {doing}: {where.Host}:{where.Port} {(untrusted ? "showed a certificate that is not trusted" : "cannot be reached")}: {(broken.InnerException ?? broken).Message}",
            broken);
    }

    /// <summary>What a status of HTTP means for a store.</summary>
    public static StoreError Classify(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound or HttpStatusCode.Gone => StoreError.NotFound,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => StoreError.Denied,
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or (HttpStatusCode)498 => StoreError.Unavailable,
        HttpStatusCode.InsufficientStorage or HttpStatusCode.RequestEntityTooLarge => StoreError.Full,
        HttpStatusCode.NotImplemented => StoreError.Other,
        >= HttpStatusCode.InternalServerError => StoreError.Unavailable,
        _ => StoreError.Other,
    };

    /// <summary>What a person can do about it.</summary>
    public static string Remedy(StoreError error) => error switch
    {
        StoreError.NotFound => "is the container's name right, and does it exist?",
        StoreError.Denied => "check the credentials in the store's Secret and what they are allowed to do",
        StoreError.Immutable => "it goes when its retention ends",
        StoreError.Unavailable => "the provider is overloaded or down; it was tried several times",
        StoreError.Full => "raise the quota, or keep fewer backups",
        _ => "the provider refuses it",
    };

    static async Task<string> Explanation(HttpResponseMessage response, CancellationToken cancel)
    {
        var bytes = new byte[ExplanationBytes];
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel);
        return string.Join(' ', System.Text.Encoding.UTF8.GetString(bytes, 0, length).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
