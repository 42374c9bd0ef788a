namespace Druid.Member.Etcd;

/// <summary>The outcome codes of a gRPC call, as they travel in the <c>grpc-status</c> trailer.</summary>
public enum GrpcStatus
{
    /// <summary>The call succeeded.</summary>
    OK = 0,
    /// <summary>The call was cancelled, usually by its caller.</summary>
    Cancelled = 1,
    /// <summary>An error without a better code.</summary>
    Unknown = 2,
    /// <summary>The request itself is wrong, whatever the state of the server.</summary>
    InvalidArgument = 3,
    /// <summary>No answer in time. A write may or may not have happened.</summary>
    DeadlineExceeded = 4,
    /// <summary>What was asked for does not exist.</summary>
    NotFound = 5,
    /// <summary>What was to be created exists.</summary>
    AlreadyExists = 6,
    /// <summary>The user may not do this.</summary>
    PermissionDenied = 7,
    /// <summary>A quota is exhausted.</summary>
    ResourceExhausted = 8,
    /// <summary>The server is not in a state in which the request makes sense.</summary>
    FailedPrecondition = 9,
    /// <summary>The request was aborted by a concurrent one.</summary>
    Aborted = 10,
    /// <summary>A revision outside the range that is kept.</summary>
    OutOfRange = 11,
    /// <summary>The server does not know this method.</summary>
    Unimplemented = 12,
    /// <summary>An invariant of the server is broken.</summary>
    Internal = 13,
    /// <summary>The server cannot be reached or cannot serve now; another endpoint or a later moment may.</summary>
    Unavailable = 14,
    /// <summary>Data is lost or corrupt.</summary>
    DataLoss = 15,
    /// <summary>No or expired credentials.</summary>
    Unauthenticated = 16,
}
