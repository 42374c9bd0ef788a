using System.Text.RegularExpressions;
using Druid.StateMachine.Machines;

namespace Druid.StateMachine.Replaying;

/// <summary>
/// One step of one region as the operator's log tells of it: with the view it was decided on, so that the decision can be
/// made again. The line is the same in every log format: what comes before and after it is passed over.
/// </summary>
/// <param name="About">Namespace and name of the object.</param>
/// <param name="Region">The machine's region.</param>
/// <param name="From">Path of the leaf before.</param>
/// <param name="To">Path of the leaf after.</param>
/// <param name="Trigger">The rule's conditions in words.</param>
/// <param name="Actions">What was done, as <see cref="Describe"/> writes it.</param>
/// <param name="View">What was decided on, in the notation of the machine's views.</param>
/// <param name="Uid">The object's uid: another object of the same name is another story.</param>
public sealed partial record LoggedStep(string About, string Region, string From, string To, string Trigger, string Actions, string View, string Uid)
{
    /// <summary>The line as a template of named properties, in the order of this record's.</summary>
    public const string Template = "{About:l} {Region:l}: {From:l} -> {To:l} as {Trigger:l}; {Actions:l} | {View:l} uid={Uid:l}";

    const string NoAction = "no action";

    /// <summary>The step that a line of a log tells of; null for a line about something else.</summary>
    public static LoggedStep? Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var match = Line().Match(line);
        return !match.Success ? null : new(
            match.Groups["object"].Value, match.Groups["region"].Value, match.Groups["from"].Value, match.Groups["to"].Value,
            match.Groups["trigger"].Value, match.Groups["actions"].Value, match.Groups["view"].Value, match.Groups["uid"].Value);
    }

    /// <summary>Actions in words; waits are left out, as they do nothing.</summary>
    public static string Describe(IEnumerable<IAction> actions) =>
        string.Join(", ", actions.Where(a => a is not Wait)) is { Length: > 0 } some ? some : NoAction;

    /// <summary>The step as a line.</summary>
    public override string ToString() => $"{About} {Region}: {From} -> {To} as {Trigger}; {Actions} | {View} uid={Uid}";

    [GeneratedRegex("""(?<object>[^\s"]+/[^\s"]+) (?<region>[\w-]+): (?<from>[\w/-]+) -> (?<to>[\w/-]+) as (?<trigger>[^;]+); (?<actions>[^|]+) \| (?<view>[^|"]*?) uid=(?<uid>[\w-]*)""")]
    private static partial Regex Line();
}
