using System.Net;
using Druid.Kubernetes.Resources;

namespace Druid.Kubernetes.Client;

/// <summary>
/// A call that failed: which verb on which object, why, and what to do. Every failure of the client is one of these, except
/// the caller's own cancellation.
/// </summary>
public sealed class KubernetesException : Exception
{
    internal KubernetesException(string call, ErrorReason reason, string explanation, Status? status = null, Exception? inner = null)
        : base($"{call}: {explanation.TrimEnd('.')} ({reason}). {Remedy(reason)}", inner)
    {
        Reason = reason;
        Status = status;
    }

    /// <summary>Why it failed.</summary>
    public ErrorReason Reason { get; }

    /// <summary>What the server said; null when it said nothing.</summary>
    public Status? Status { get; }

    /// <summary>Single causes, a field each where a field is to blame.</summary>
    public IReadOnlyList<StatusCause> Causes => Status?.Details?.Causes ?? [];

    /// <summary>How long the server asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>Whether the same call can succeed later without anybody doing anything.</summary>
    public bool IsTransient => Reason
        is ErrorReason.TooManyRequests or ErrorReason.InternalError or ErrorReason.ServiceUnavailable or ErrorReason.ServerTimeout
        or ErrorReason.TimedOut or ErrorReason.Unreachable or ErrorReason.Garbled;

    /// <summary>Whether a write may have been carried out in spite of the error.</summary>
    public bool MayHaveTakenEffect => Reason
        is ErrorReason.InternalError or ErrorReason.ServerTimeout or ErrorReason.TimedOut or ErrorReason.Unreachable
        or ErrorReason.Garbled or ErrorReason.Unknown;

    internal static KubernetesException FromStatus(string call, int code, Status? status, TimeSpan? retryAfter)
    {
        var seconds = status?.Details?.RetryAfterSeconds;
        return new(call, ReasonOf(code, status?.Reason), Explain(code, status), status)
        {
            RetryAfter = retryAfter ?? (seconds is > 0 ? TimeSpan.FromSeconds(seconds.Value) : null),
        };
    }

    static string Explain(int code, Status? status)
    {
        if (status?.Message is { Length: > 0 } message) return message;
        return status?.Reason is { Length: > 0 } reason ? reason : $"the server answered {code} {(HttpStatusCode)code}";
    }

    // The reason is the more precise of the two, but proxies in between know only codes.
    static ErrorReason ReasonOf(int code, string? reason) => reason switch
    {
        "AlreadyExists" => ErrorReason.AlreadyExists,
        "Conflict" => ErrorReason.Conflict,
        "Expired" or "Gone" => ErrorReason.Expired,
        "ServerTimeout" or "Timeout" => ErrorReason.ServerTimeout,
        "TooManyRequests" => ErrorReason.TooManyRequests,
        _ => code switch
        {
            400 => ErrorReason.BadRequest,
            401 => ErrorReason.Unauthorized,
            403 => ErrorReason.Forbidden,
            404 => ErrorReason.NotFound,
            405 => ErrorReason.MethodNotAllowed,
            409 => ErrorReason.Conflict,
            410 => ErrorReason.Expired,
            415 => ErrorReason.UnsupportedMediaType,
            422 => ErrorReason.Invalid,
            429 => ErrorReason.TooManyRequests,
            500 => ErrorReason.InternalError,
            502 or 503 => ErrorReason.ServiceUnavailable,
            504 => ErrorReason.ServerTimeout,
            _ => ErrorReason.Unknown,
        },
    };

    static string Remedy(ErrorReason reason) => reason switch
    {
        ErrorReason.Unauthorized => "Check the token or the client certificate: it may have expired.",
        ErrorReason.Forbidden => "Grant this verb on this resource to the account by a role and a binding.",
        ErrorReason.NotFound => "Check name and namespace, and that the server has this kind.",
        ErrorReason.AlreadyExists => "Use another name, or change the object that is there.",
        ErrorReason.Conflict => "Read the object again and repeat the change on what it is now.",
        ErrorReason.Expired => "List again and go on from there.",
        ErrorReason.Invalid or ErrorReason.BadRequest => "Correct what the message names; the same request will fail again.",
        ErrorReason.MethodNotAllowed or ErrorReason.UnsupportedMediaType => "This server cannot do this; check its version.",
        ErrorReason.TooManyRequests or ErrorReason.ServiceUnavailable => "Try again later.",
        ErrorReason.InternalError => "Try again; look into the API server's log if it stays.",
        ErrorReason.ServerTimeout or ErrorReason.TimedOut => "It may have taken effect: read the object before repeating anything that must not happen twice.",
        ErrorReason.Unreachable => "Check that the API server runs and can be reached from here; a write may have taken effect.",
        ErrorReason.Garbled => "Look for a proxy that cuts or alters answers; a write may have taken effect.",
        ErrorReason.WriteRefused => "Another process may have taken over; nothing was sent.",
        _ => "See the status.",
    };
}
