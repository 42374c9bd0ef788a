namespace Druid.StateMachine.Diagrams;

/// <summary>What a diagram shows.</summary>
public sealed record DiagramOptions
{
    /// <summary>Draw the arrows that tell of failures of the world too. Default: no.</summary>
    public bool Faults { get; init; }

    /// <summary>Draw only the outermost states and the arrows between them: what a machine is about, at a glance. Default: no.</summary>
    public bool Overview { get; init; }

    /// <summary>Paths of states to mark as current, as region → path; null marks none.</summary>
    public IReadOnlyDictionary<string, string>? Current { get; init; }
}
