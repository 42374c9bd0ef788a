using System.Net;

namespace Druid.Operator.Agents;

/// <summary>A member's agent could not be asked, or refused; the message says which member, what and why.</summary>
public sealed class AgentException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How the agent answered; null when it did not.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>The agent does not know the request at all, as agents of other implementations do not know ours.</summary>
    public bool IsUnknownRequest => Status is HttpStatusCode.NotFound or HttpStatusCode.NotImplemented;
}
