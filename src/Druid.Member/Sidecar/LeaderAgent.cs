using Druid.Member.Etcd;
using Druid.Member.Http;
using Druid.Member.Tls;
using Microsoft.AspNetCore.Http;

namespace Druid.Member.Sidecar;

/// <summary>
/// The agent beside the leading member, for requests that only it can answer: it listens on the same port as this one, at the
/// host of the leader's client URL.
/// </summary>
sealed class LeaderAgent : IDisposable
{
    // A request goes on once: a leader that has just lost its place must not send it round.
    const string Forwarded = "X-Druid-Forwarded";

    readonly EtcdClient _etcd;
    readonly HttpClient _http;
    readonly Func<Uri, Uri> _agentOf;

    /// <param name="etcd">The member's own etcd.</param>
    /// <param name="tls">Certificates to check the leader's agent with; null over plain HTTP.</param>
    /// <param name="agentOf">The agent beside a client URL.</param>
    /// <param name="timeout">How long it may take.</param>
    public LeaderAgent(EtcdClient etcd, ClientTls? tls, Func<Uri, Uri> agentOf, TimeSpan timeout) =>
        (_etcd, _agentOf, _http) = (etcd, agentOf, AgentHttp.Client(tls, timeout));

    /// <summary>Has the leader's agent answer a request.</summary>
    public async Task Answer(HttpContext context)
    {
        if (context.Request.Headers.ContainsKey(Forwarded))
        {
            await Refuse(context, "this member does not lead, though another one thought so");
            return;
        }
        try
        {
            var cancel = context.RequestAborted;
            var leader = (await _etcd.Status(cancel)).Leader;
            var url = (await _etcd.MemberList(cancel)).Members.FirstOrDefault(m => m.ID == leader)?.ClientURLs.FirstOrDefault();
            if (url is null)
            {
                await Refuse(context, "no member leads");
                return;
            }
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_agentOf(new Uri(url)), $"{context.Request.Path}{context.Request.QueryString}"));
            request.Headers.Add(Forwarded, "true");
            using var response = await _http.SendAsync(request, cancel);
            context.Response.StatusCode = (int)response.StatusCode;
            context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
            await response.Content.CopyToAsync(context.Response.Body, cancel);
        }
        catch (Exception failure) when (failure is EtcdException or HttpRequestException || (failure is OperationCanceledException && !context.RequestAborted.IsCancellationRequested))
        {
            await Refuse(context, $"the leader's agent could not be asked: {failure.Message}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    static Task Refuse(HttpContext context, string reason)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(reason + "\n", context.RequestAborted);
    }
}
