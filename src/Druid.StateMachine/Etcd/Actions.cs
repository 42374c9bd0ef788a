using Druid.StateMachine.Machines;

namespace Druid.StateMachine.Etcd;

/// <summary>Put the operator's finalizer on the Etcd, so that it cannot go before what it owns.</summary>
public sealed record AddFinalizer : IAction;

/// <summary>Take the operator's finalizer off; the API server then removes the Etcd.</summary>
public sealed record RemoveFinalizer : IAction;

/// <summary>Apply the objects of a kind as the spec asks for them, rendered for <paramref name="Size"/> members.</summary>
public sealed record ApplyComponent(ComponentKind Kind, int Size) : IAction;

/// <summary>Delete the objects of a kind.</summary>
public sealed record DeleteComponent(ComponentKind Kind) : IAction;

/// <summary>Delete the volume claim of a member that is no more.</summary>
public sealed record DeleteVolume(int Ordinal) : IAction;

/// <summary>Record that every action for this generation of the spec has been applied.</summary>
public sealed record ObserveGeneration(long Generation) : IAction;

/// <summary>Take the reconcile annotation off: what it asked for is done.</summary>
public sealed record AcknowledgeReconcile : IAction;
