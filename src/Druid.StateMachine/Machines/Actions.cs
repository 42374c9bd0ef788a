namespace Druid.StateMachine.Machines;

/// <summary>
/// Something to be done, as data. Whoever runs the machine gives it an effect; because a process can die after the effect
/// and before it is remembered, every effect must be repeatable.
/// </summary>
public interface IAction;

/// <summary>Nothing can be done now; the reason is shown to the user as what the cluster waits for.</summary>
/// <param name="Reason">A clause that completes "waits for …".</param>
public sealed record Wait(string Reason) : IAction;

/// <summary>What a rule does, with the name that the diagram shows for it.</summary>
/// <param name="Name">The action's name in words: "move leader".</param>
/// <param name="Make">Makes the actions for a view; pure.</param>
public sealed record Effect<TView>(string Name, Func<TView, IEnumerable<IAction>> Make)
{
    /// <summary>What a <see cref="Wait"/> waits for, as a clause that holds for every view; null for everything else.</summary>
    public string? Awaits { get; init; }

    /// <summary>The name in words of an action type: <c>MoveLeader</c> is "move leader".</summary>
    public static string NameOf(Type action)
    {
        var words = new System.Text.StringBuilder();
        foreach (var c in action.Name)
        {
            if (char.IsUpper(c) && words.Length > 0)
            {
                words.Append(' ');
            }
            words.Append(char.ToLowerInvariant(c));
        }
        return words.ToString();
    }
}
