using System.Collections.Immutable;

namespace Druid.StateMachine.Replaying;

/// <summary>
/// Compares what an operator's log tells with what the model allows. Every step must be the one that the machine takes in that
/// state on that view, and must begin where the step before ended. Only an operator that failed to record a step, or that
/// started anew, may go on from a state that was recorded earlier: the explorer's histories have the same freedom.
/// </summary>
/// <param name="machines">The machines whose steps the log tells of.</param>
public sealed class Replay(params ImmutableArray<IReplayedMachine> machines)
{
    // What the operator writes when it begins to lead, and when it could not finish or record a reconcile.
    const string Starts = "druid-operator ", Leads = "leading as ", Failed = "reconcile of ";

    readonly Dictionary<(string Uid, string Region), Story> stories = [];
    readonly ImmutableArray<Nonconformity>.Builder found = ImmutableArray.CreateBuilder<Nonconformity>();
    readonly HashSet<string> objects = [];
    int steps;

    /// <summary>Everything that the model does not allow, so far.</summary>
    public ReplayReport Report => new(steps, objects.Count, found.ToImmutable());

    /// <summary>Replays the log of one operator, after those of the operators before it.</summary>
    /// <param name="lines">The lines, oldest first.</param>
    /// <param name="whole">Nothing was logged after the last line; otherwise the next log may go on from anywhere.</param>
    public void Follow(IEnumerable<string> lines, bool whole = true)
    {
        ArgumentNullException.ThrowIfNull(lines);
        Interrupt(_ => true);
        foreach (var (index, line) in lines.Index())
        {
            if (LoggedStep.Parse(line) is { } step)
            {
                Follow(index + 1, step);
            }
            else if (line.Contains(Leads, StringComparison.Ordinal) || (line.Contains(Starts, StringComparison.Ordinal) && line.Contains("starts", StringComparison.Ordinal)))
            {
                Interrupt(_ => true);
            }
            else if (line.Contains(Failed, StringComparison.Ordinal))
            {
                Interrupt(story => line.Contains(story.About, StringComparison.Ordinal));
            }
        }
        if (!whole)
        {
            stories.Clear();
        }
    }

    void Follow(int line, LoggedStep step)
    {
        if (machines.FirstOrDefault(m => m.Has(step.Region)) is not { } machine)
        {
            found.Add(new(line, step, $"no machine has a region '{step.Region}'"));
            return;
        }
        steps++;
        objects.Add(step.Uid);
        if (!stories.TryGetValue((step.Uid, step.Region), out var story))
        {
            stories[(step.Uid, step.Region)] = story = new(step.About, step.From);
        }
        var objection = story.ObjectionTo(step) ?? machine.ObjectionTo(step);
        if (objection is not null)
        {
            found.Add(new(line, step, objection));
        }
        story.GoTo(step.To);
    }

    void Interrupt(Func<Story, bool> concerns)
    {
        foreach (var story in stories.Values.Where(concerns))
        {
            story.Interrupted = true;
        }
    }

    // Where one region of one object is, and has been.
    sealed class Story(string name, string at)
    {
        readonly HashSet<string> before = [at];
        string at = at;

        public string About => name;

        public bool Interrupted { get; set; }

        public string? ObjectionTo(LoggedStep step) => step.From == at || (Interrupted && before.Contains(step.From)) ? null
            : $"the step before led to {at}, not to {step.From}{(Interrupted ? ", nor was that ever recorded" : ", and nothing tells of a record that failed or of a new operator")}";

        public void GoTo(string state)
        {
            (at, Interrupted) = (state, false);
            before.Add(state);
        }
    }
}

/// <summary>A logged step that the model does not allow.</summary>
/// <param name="Line">The line of its log, from 1.</param>
/// <param name="Step">The step.</param>
/// <param name="Why">What is wrong with it, and what was allowed.</param>
public sealed record Nonconformity(int Line, LoggedStep Step, string Why)
{
    /// <inheritdoc />
    public override string ToString() => $"line {Line}: {Why}\n  {Step}";
}

/// <summary>What a replay found.</summary>
/// <param name="Steps">Steps that were compared.</param>
/// <param name="Objects">Objects they were taken for.</param>
/// <param name="Nonconformities">Steps that the model does not allow.</param>
public sealed record ReplayReport(int Steps, int Objects, ImmutableArray<Nonconformity> Nonconformities)
{
    /// <summary>There was something to compare, and all of it is allowed.</summary>
    public bool Conforms => Steps > 0 && Nonconformities.IsEmpty;

    /// <inheritdoc />
    public override string ToString() => Nonconformities.IsEmpty
        ? $"{Steps} steps of {Objects} objects, every one as the model allows"
        : $"{Nonconformities.Length} of {Steps} steps are not allowed by the model:\n{string.Join('\n', Nonconformities)}";
}
