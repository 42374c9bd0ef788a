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
/// <param name="Service">The service that it belongs to.</param>
/// <param name="Name">Its name.</param>
/// <param name="Parser">Reads its answers.</param>
/// <param name="Retry">When it may be sent again.</param>
/// <param name="NeedsLeader">A member that knows no leader shall refuse it at once rather than let it wait.</param>
sealed record GrpcMethod<TRequest, TResponse>(string Service, string Name, MessageParser<TResponse> Parser, Retry Retry, bool NeedsLeader = true)
    where TRequest : IMessage<TRequest>
    where TResponse : IMessage<TResponse>
{
    public string Path { get; } = $"/etcdserverpb.{Service}/{Name}";
}
