namespace Druid.Kubernetes.Client;

/// <summary>Why a call failed: what the server said, or why it could not say anything.</summary>
public enum ErrorReason
{
    /// <summary>The server gave a reason that is not known here; see the status.</summary>
    Unknown,

    /// <summary>The request makes no sense to the server (400).</summary>
    BadRequest,

    /// <summary>The server does not know who is asking (401).</summary>
    Unauthorized,

    /// <summary>Who is asking may not do this (403).</summary>
    Forbidden,

    /// <summary>The object, or its kind, does not exist (404).</summary>
    NotFound,

    /// <summary>The kind does not support the verb (405).</summary>
    MethodNotAllowed,

    /// <summary>An object of this name exists (409).</summary>
    AlreadyExists,

    /// <summary>The object has moved on, or another field manager owns a field (409).</summary>
    Conflict,

    /// <summary>The asked-for version of the data is gone; list again (410).</summary>
    Expired,

    /// <summary>The server does not take this patch or media type (415).</summary>
    UnsupportedMediaType,

    /// <summary>A field is wrong; see the causes (422).</summary>
    Invalid,

    /// <summary>The server has too much to do, or a budget forbids the eviction for now (429).</summary>
    TooManyRequests,

    /// <summary>Something broke in the server (500).</summary>
    InternalError,

    /// <summary>The server cannot answer now (503).</summary>
    ServiceUnavailable,

    /// <summary>The server ran out of time; the call may have taken effect (504).</summary>
    ServerTimeout,

    /// <summary>No answer in the time allowed; the call may have taken effect.</summary>
    TimedOut,

    /// <summary>No connection, or it broke; the call may have taken effect.</summary>
    Unreachable,

    /// <summary>The answer is not what the API defines, or it was cut off; the call may have taken effect.</summary>
    Garbled,

    /// <summary>The write was not sent: the right to write was lost, as leadership is.</summary>
    WriteRefused,
}
