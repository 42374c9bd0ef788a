namespace Druid.Operator.Agents;

/// <summary>A member's agent could not be asked, or refused; the message says which member, what and why.</summary>
public sealed class AgentException(string message, Exception? inner = null) : Exception(message, inner);
