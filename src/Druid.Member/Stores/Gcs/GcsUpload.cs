using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Druid.Member.Stores.Transfer;

namespace Druid.Member.Stores.Gcs;

/// <summary>
/// A resumable upload: one chunk after the other. After a failure the service is asked how much of it has arrived, so that
/// nothing is sent twice or left out.
/// </summary>
/// <param name="http">The connections.</param>
/// <param name="retry">The pauses.</param>
/// <param name="session">The upload's URL.</param>
/// <param name="what">Object and store, for messages.</param>
/// <param name="classify">What an answer means.</param>
/// <param name="authorize">Adds the token.</param>
sealed class GcsUpload(
    HttpClient http, Retry retry, Uri session, string what, Func<HttpStatusCode, string, StoreError?> classify, Func<HttpRequestMessage, CancellationToken, Task> authorize)
{
    const HttpStatusCode Incomplete = (HttpStatusCode)308;

    /// <summary>Bytes of the chunks that were appended.</summary>
    public long Written { get; private set; }

    /// <summary>Sends a chunk.</summary>
    /// <exception cref="StoreException">It could not be sent.</exception>
    public async Task Append(Part part, CancellationToken cancel)
    {
        var end = Written + part.Bytes.Count;
        var arrived = Written;
        var unsure = false;
        await retry.Run($"write part {part.Number} of {what}", StoreCalls.PartLimit, async stop =>
        {
            if (unsure) arrived = await Send(default, 0, null, part.Last ? end : null, stop) ?? end;
            unsure = true;
            while (arrived < end)
            {
                var offset = (int)(arrived - Written);
                if (offset < 0) throw new StoreException(StoreError.Other, $"cannot write part {part.Number} of {what}: the service lost what it had confirmed");
                arrived = await Send(part.Bytes[offset..], arrived, end, part.Last ? end : null, stop) ?? end;
            }
        }, cancel);
        Written = end;
    }

    /// <summary>Sends bytes, or asks with none; tells how many the service has, null for all.</summary>
    async Task<long?> Send(ArraySegment<byte> bytes, long from, long? to, long? total, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, session) { Content = new ByteArrayContent(bytes.Array ?? [], bytes.Offset, bytes.Count) };
        var size = total?.ToString(CultureInfo.InvariantCulture) ?? "*";
        request.Content.Headers.TryAddWithoutValidation("Content-Range", to is null ? $"bytes */{size}" : string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{to - 1}/{size}"));
        await authorize(request, cancel);
        try
        {
            using var response = await http.SendAsync(request, cancel);
            if (response.IsSuccessStatusCode) return null;
            if (response.StatusCode == Incomplete) return Arrived(response.Headers);
            var explanation = await response.Content.ReadAsStringAsync(cancel);
            var error = classify(response.StatusCode, explanation) ?? StoreHttp.Classify(response.StatusCode);
            throw new StoreException(error, $"cannot write {what}: the service answered {(int)response.StatusCode}: {explanation} ({StoreHttp.Remedy(error)})") { RetryAfter = response.Headers.RetryAfter?.Delta };
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException and not StoreException)
        {
            throw StoreHttp.Unreachable($"write {what}", session, broken);
        }
    }

    // "bytes=0-N"; without it nothing has.
    static long Arrived(HttpResponseHeaders headers) =>
        headers.TryGetValues("Range", out var values) && values.First().Split('-') is [_, var last] ? long.Parse(last, CultureInfo.InvariantCulture) + 1 : 0;
}
