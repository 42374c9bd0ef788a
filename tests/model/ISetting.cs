using Druid.StateMachine.Checking;

namespace Druid.Model;

/// <summary>A machine in its world, within bounds: what is explored and reported as one row.</summary>
public interface ISetting
{
    /// <summary>The name.</summary>
    string Name { get; }

    /// <summary>The bounds in words.</summary>
    string Bounds { get; }

    /// <summary>The names of all that is promised of it.</summary>
    IEnumerable<string> Promises { get; }

    /// <summary>Explores it as far as its bounds say.</summary>
    Exploration Explore(ExplorerOptions? options = null);
}
