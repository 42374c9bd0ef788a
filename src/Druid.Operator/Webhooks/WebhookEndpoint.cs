using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Serilog;

namespace Druid.Operator.Webhooks;

/// <summary>Turns HTTP into questions to webhooks and back.</summary>
/// <param name="webhooks">The webhooks by path.</param>
/// <param name="metrics">Measures answers.</param>
/// <param name="log">Told of denials, at debug level, and of failures.</param>
sealed class WebhookEndpoint(IReadOnlyDictionary<string, IWebhook> webhooks, WebhookMetrics metrics, ILogger log)
{
    /// <summary>Answers a request.</summary>
    public async Task Handle(HttpContext context)
    {
        if (!webhooks.TryGetValue(context.Request.Path.Value ?? "", out var webhook))
        {
            await Text(context, 404, $"There is no such webhook, only {string.Join(", ", webhooks.Keys)}.");
            return;
        }
        if (context.Request.Method != HttpMethods.Post)
        {
            await Text(context, 405, "Webhooks are asked by POST.");
            return;
        }
        var started = Stopwatch.GetTimestamp();
        try
        {
            var review = await JsonSerializer.DeserializeAsync(context.Request.Body, AdmissionJson.Default.AdmissionReview, context.RequestAborted);
            if (review?.Request is not { } request || review.Kind != nameof(AdmissionReview))
            {
                await Text(context, 400, "The body is no AdmissionReview with a request.");
                return;
            }
            var answer = await webhook.Answer(request, context.RequestAborted) with { Uid = request.Uid };
            context.Response.ContentType = "application/json";
            await JsonSerializer.SerializeAsync(context.Response.Body, review with { Request = null, Response = answer }, AdmissionJson.Default.AdmissionReview, context.RequestAborted);
            metrics.Answered(webhook.Name, answer.Allowed ? "allowed" : "denied", Stopwatch.GetElapsedTime(started));
            if (!answer.Allowed)
            {
                log.Information("webhook {Webhook:l} denied {Operation:l} of {Kind:l} {Key:l} by {User:l}: {Why:l}",
                    webhook.Name, request.Operation, request.Kind.Kind, request.Key.ToString(), request.UserInfo.Username, answer.Status?.Message);
            }
        }
        catch (JsonException error)
        {
            metrics.Answered(webhook.Name, "failed", Stopwatch.GetElapsedTime(started));
            await Text(context, 400, $"The body is no AdmissionReview: {error.Message}");
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // The server then does what the failure policy says.
            metrics.Answered(webhook.Name, "failed", Stopwatch.GetElapsedTime(started));
            log.Error(error, "webhook {Webhook:l} failed", webhook.Name);
            if (!context.Response.HasStarted)
            {
                await Text(context, 500, error.Message);
            }
        }
    }

    static Task Text(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text);
    }
}
