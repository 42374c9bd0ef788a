using Google.Protobuf;

namespace Druid.Member.Etcd;

/// <summary>When a call may be sent again after a failure.</summary>
enum Retry
{
    /// <summary>A repetition changes nothing: whenever the endpoint was unavailable.</summary>
    WhenUnavailable,
    /// <summary>A repetition could act twice: only when the request was certainly not sent.</summary>
    WhenNotSent,
}

/// <summary>A method of etcd's API: its path and the type of its answer.</summary>
sealed record GrpcMethod<TRequest, TResponse>(string Service, string Name, MessageParser<TResponse> Parser, Retry Retry)
    where TRequest : IMessage<TRequest>
    where TResponse : IMessage<TResponse>
{
    public string Path { get; } = $"/etcdserverpb.{Service}/{Name}";
}
