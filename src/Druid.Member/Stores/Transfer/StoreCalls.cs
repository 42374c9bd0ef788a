using System.Net;

namespace Druid.Member.Stores.Transfer;

/// <summary>Calls of an HTTP API: repeated where that may help, with time limits that cover the answer too.</summary>
/// <param name="http">The connections.</param>
/// <param name="retry">The pauses.</param>
/// <param name="classify">What an answer means where its status alone does not tell; null where it does.</param>
/// <param name="renew">Lets go of a token that was refused; false if that makes no sense.</param>
sealed class StoreCalls(HttpClient http, Retry retry, Func<HttpStatusCode, string, StoreError?> classify, Func<bool> renew)
{
    /// <summary>Time for a request that moves no content.</summary>
    public static readonly TimeSpan ShortLimit = TimeSpan.FromSeconds(60);

    /// <summary>Time for one that moves a part.</summary>
    public static readonly TimeSpan PartLimit = TimeSpan.FromMinutes(3);

    /// <summary>The pauses between attempts.</summary>
    public Retry Retry => retry;

    /// <summary>Makes a call.</summary>
    /// <param name="doing">What it does, for messages.</param>
    /// <param name="limit">Time of one attempt.</param>
    /// <param name="request">Makes the request anew for each attempt.</param>
    /// <param name="read">Takes what is wanted from the answer.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="StoreException">It failed.</exception>
    public async Task<T> Call<T>(
        string doing, TimeSpan limit, Func<CancellationToken, Task<HttpRequestMessage>> request, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancel)
    {
        try
        {
            return await Attempts(doing, limit, request, read, cancel);
        }
        catch (StoreException denied) when (denied.Error == StoreError.Denied && renew())
        {
            return await Attempts(doing, limit, request, read, cancel);
        }
    }

    Task<T> Attempts<T>(
        string doing, TimeSpan limit, Func<CancellationToken, Task<HttpRequestMessage>> request, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancel) =>
        retry.Run(doing, limit, async stop =>
        {
            using var sent = await request(stop);
            var response = await StoreHttp.Send(http, sent, doing, stop, classify);
            try
            {
                return await read(response, stop);
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException and not StoreException)
            {
                response.Dispose();
                throw StoreHttp.Unreachable(doing, sent.RequestUri!, broken);
            }
        }, cancel);

    /// <summary>Makes a call of which only the success matters.</summary>
    /// <inheritdoc cref="Call{T}"/>
    public Task Call(string doing, TimeSpan limit, Func<CancellationToken, Task<HttpRequestMessage>> request, CancellationToken cancel) =>
        Call(doing, limit, request, (response, _) =>
        {
            response.Dispose();
            return Task.FromResult(true);
        }, cancel);

    /// <summary>Makes a call and reads its answer as a text.</summary>
    /// <inheritdoc cref="Call{T}"/>
    public Task<byte[]> Ask(string doing, Func<CancellationToken, Task<HttpRequestMessage>> request, CancellationToken cancel) =>
        Call(doing, ShortLimit, request, async (response, stop) =>
        {
            using (response) return await response.Content.ReadAsByteArrayAsync(stop);
        }, cancel);

    /// <summary>Opens an object for reading.</summary>
    /// <param name="name">The object.</param>
    /// <param name="where">The store, for messages.</param>
    /// <param name="request">Makes the request for the content from an offset on, of the version with a tag where one is given.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Ends opening.</param>
    public async Task<Stream> Read(string name, string where, Func<long, string?, CancellationToken, Task<HttpRequestMessage>> request, TimeProvider time, CancellationToken cancel)
    {
        var (first, length, tag) = await Open(0, null, cancel);
        return new ResumingStream(name, length, first, async (offset, stop) => (await Open(offset, tag, stop)).Content, retry, time);

        Task<(Stream Content, long Length, string? Tag)> Open(long offset, string? known, CancellationToken stop) => Call(
            $"read '{name}' in {where}",
            ShortLimit,
            token => request(offset, known, token),
            async (response, token) =>
            {
                if (offset > 0 && response.StatusCode != HttpStatusCode.PartialContent)
                    throw new StoreException(StoreError.Other, $"cannot read '{name}': {response.RequestMessage?.RequestUri?.Host} does not go on at byte {offset}");
                return (await response.Content.ReadAsStreamAsync(token), response.Content.Headers.ContentLength ?? 0, response.Headers.ETag?.ToString());
            },
            stop);
    }
}
