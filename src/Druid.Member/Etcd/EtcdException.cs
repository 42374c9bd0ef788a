namespace Druid.Member.Etcd;

/// <summary>A call to etcd that failed: refused by etcd, or not answered.</summary>
public sealed class EtcdException : Exception
{
    internal EtcdException(GrpcStatus status, EtcdError error, string message, Uri? endpoint, string method, Exception? inner = null)
        : base($"etcd {endpoint?.GetLeftPart(UriPartial.Authority)}: {method}: {message}", inner) =>
        (Status, Error, Endpoint) = (status, error, endpoint);

    /// <summary>The gRPC code of the failure.</summary>
    public GrpcStatus Status { get; }

    /// <summary>Which of etcd's failures it is.</summary>
    public EtcdError Error { get; }

    /// <summary>The endpoint that answered, or did not.</summary>
    public Uri? Endpoint { get; }

    internal static EtcdException FromTrailers(GrpcStatus status, string message, Uri endpoint, string method) =>
        new(status, EtcdErrors.FromMessage(message), message.Length > 0 ? message : status.ToString(), endpoint, method);

    /// <summary>The exception for a failure below gRPC: no connection, a broken one, or an answer that is not gRPC.</summary>
    internal static EtcdException FromTransport(Exception cause, Uri endpoint, string method)
    {
        var notSent = cause is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
        };
        var reason = cause.InnerException is { } inner ? $"{cause.Message} ({inner.Message})" : cause.Message;
        return new(GrpcStatus.Unavailable, notSent ? EtcdError.NotConnected : EtcdError.Other, reason, endpoint, method, cause);
    }
}
