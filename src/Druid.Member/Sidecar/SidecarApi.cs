using System.Globalization;
using System.Text;
using Druid.Member.Configuration;
using Druid.Member.Metrics;
using Druid.Member.Snapshots;
using Microsoft.AspNetCore.Http;

namespace Druid.Member.Sidecar;

/// <summary>The sidecar's HTTP API.</summary>
sealed class SidecarApi(
    SidecarOptions options, ConfigSource config, string member, Initialization initialization, ServedConfig served, MemberKeeper keeper, BackupHealth backups, MembershipApi membership, SnapshotApi snapshots, MetricsPage metrics, CancellationToken stop)
{
    /// <summary>Answers a request.</summary>
    public Task Answer(HttpContext context)
    {
        if (options.Identity is not null)
        {
            context.Response.Headers.StrictTransportSecurity = "max-age=31536000";
            context.Response.Headers.ContentSecurityPolicy = "default-src 'self'";
        }
        return context.Request.Path.Value switch
        {
            "/initialization/start" => StartInitialization(context),
            "/initialization/status" => Text(context, StatusCodes.Status200OK, initialization.TakeStatus().ToString()),
            "/config" => Configuration(context),
            "/healthz" => Health(context),
            "/metrics" => Text(context, StatusCodes.Status200OK, metrics.Render(), MetricsPage.ContentType),
            "/members/remove" => membership.Remove(context),
            "/leader/move" => membership.MoveLeader(context),
            "/snapshot/full" or "/snapshot/delta" or "/snapshot/latest" or "/snapshot/verify" => snapshots.Answer(context),
            _ => Text(context, StatusCodes.Status404NotFound, $"no such path: {context.Request.Path}\n"),
        };
    }

    Task StartInitialization(HttpContext context)
    {
        var text = context.Request.Query["failBelowRevision"].ToString();
        long? atLeast = null;
        if (text.Length > 0)
        {
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision))
                return Text(context, StatusCodes.Status400BadRequest, $"failBelowRevision={text} is not a revision\n");
            atLeast = revision > 0 ? revision : null;
        }
        initialization.Start(new(Full: context.Request.Query["mode"] != "sanity", atLeast), stop);
        return Task.CompletedTask;
    }

    Task Configuration(HttpContext context)
    {
        if (initialization.Result?.Initial is not { } initial)
            return Text(context, StatusCodes.Status503ServiceUnavailable, "not initialized yet: GET /initialization/start, then /initialization/status until it is Successful\n");
        try
        {
            var configuration = config.Current.Render(member, initial);
            served.Save(configuration);
            return Text(context, StatusCodes.Status200OK, configuration);
        }
        catch (Exception failure) when (failure is ConfigException or IOException or UnauthorizedAccessException)
        {
            return Text(context, StatusCodes.Status500InternalServerError, failure.Message + "\n");
        }
    }

    Task Health(HttpContext context)
    {
        var healthy = keeper.Status is not null && backups.Trouble is null;
        return Text(context, healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
            healthy ? """{"health":true}""" : """{"health":false}""", "application/json");
    }

    static Task Text(HttpContext context, int status, string text, string type = "text/plain; charset=utf-8")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(text, Encoding.UTF8, context.RequestAborted);
    }
}
