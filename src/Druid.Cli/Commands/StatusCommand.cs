using System.CommandLine;
using Druid.Api;
using Druid.Cli.Output;
using Druid.Kubernetes.Resources;

namespace Druid.Cli.Commands;

/// <summary><c>druid status NAME</c>: where the machines stand, the members, what is waited for, and how it came to this.</summary>
static class StatusCommand
{
    static readonly Argument<string> Name = Completions.Etcd("name", "Name of an Etcd.");
    static readonly Option<int> Transitions = new("--transitions") { Description = "How many of the last transitions to show.", DefaultValueFactory = _ => 10 };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("status", "Shows one cluster: states, members, waits, conditions, last transitions.") { Name, Transitions };
        var format = Format.Option();
        command.Options.Add(format);
        command.SetAction((arguments, cancel) => Run(arguments, arguments.GetValue(format), terminal, cancel));
        return command;
    }

    static async Task<int> Run(ParseResult arguments, string? format, Terminal terminal, CancellationToken cancel)
    {
        using var scope = Scope.Of(arguments);
        var etcd = await scope.Etcd(arguments.GetRequiredValue(Name), cancel);
        if (format is not null)
        {
            Format.One(terminal, format, etcd);
            return ExitCode.Done;
        }
        var now = DateTimeOffset.UtcNow;
        Head(etcd, now, terminal);
        Regions(etcd, now, terminal);
        Members(etcd, now, terminal);
        Conditions(etcd, now, terminal);
        History(etcd, now, arguments.GetValue(Transitions), terminal);
        Errors(etcd, now, terminal);
        return ExitCode.Done;
    }

    static void Head(Etcd etcd, DateTimeOffset now, Terminal terminal)
    {
        var (generation, observed) = (etcd.Metadata.Generation, etcd.Status.ObservedGeneration);
        terminal.Line($"Etcd {etcd.Key}: {etcd.ReadyMembers()} members ready, created {Age.Of(etcd.Metadata.CreationTimestamp, now)} ago");
        terminal.Line(observed == generation ? $"  generation {generation} is applied"
            : $"  generation {generation} is {(observed is null ? "not yet applied" : $"not yet applied, only {observed}")}");
        if (etcd.Status.LastOperation is { } operation)
        {
            terminal.Line($"  {operation.Type} {operation.State} {Age.Of(operation.LastUpdateTime, now)} ago: {operation.Description}");
        }
        foreach (var (holds, what) in Marks(etcd))
        {
            if (holds)
            {
                terminal.Line($"  {what}");
            }
        }
    }

    static IEnumerable<(bool Holds, string What)> Marks(Etcd etcd) =>
    [
        (etcd.IsBeingDeleted, "is being deleted"),
        (etcd.IsSuspended(), "is suspended: the operator changes nothing ('druid resume' ends it)"),
        (!etcd.IsProtected(), "is not protected: others may change what belongs to it ('druid protect' ends it)"),
        (!etcd.RunsMembers(), "has its runtime components disabled"),
        (etcd.AsksForReconcile(), "asks for a reconcile"),
    ];

    static void Regions(Etcd etcd, DateTimeOffset now, Terminal terminal)
    {
        var grid = Section(terminal, "REGION", "STATE", "SINCE", "WAITING FOR");
        foreach (var region in (etcd.Status.Lifecycle?.Regions ?? []).OrderBy(r => Lifecycle.Order.IndexOf(r.Name)))
        {
            grid.Row(region.Name, region.State, Age.Of(region.Since, now), region.WaitingFor);
        }
        grid.Write(terminal);
    }

    static void Members(Etcd etcd, DateTimeOffset now, Terminal terminal)
    {
        var grid = Section(terminal, "MEMBER", "ID", "ROLE", "STATUS", "SINCE", "REASON");
        foreach (var member in etcd.Status.Members)
        {
            grid.Row(member.Name, member.Id, member.Role, member.Status, Age.Of(member.LastTransitionTime, now), member.Reason);
        }
        grid.Write(terminal);
    }

    static void Conditions(Etcd etcd, DateTimeOffset now, Terminal terminal)
    {
        var grid = Section(terminal, "CONDITION", "STATUS", "SINCE", "REASON", "MESSAGE");
        foreach (var condition in etcd.Status.Conditions)
        {
            grid.Row(condition.Type, condition.Status, Age.Of(condition.LastTransitionTime, now), condition.Reason, condition.Message);
        }
        grid.Write(terminal);
    }

    static void History(Etcd etcd, DateTimeOffset now, int count, Terminal terminal)
    {
        var grid = Section(terminal, "AGO", "REGION", "FROM", "TO", "BECAUSE");
        foreach (var transition in (etcd.Status.Lifecycle?.Transitions ?? []).TakeLast(count))
        {
            grid.Row(Age.Of(transition.At, now), transition.Region, transition.From, transition.To, transition.Trigger);
        }
        grid.Write(terminal);
    }

    static void Errors(Etcd etcd, DateTimeOffset now, Terminal terminal)
    {
        if (etcd.Status.LastErrors.Count == 0)
        {
            return;
        }
        var grid = Section(terminal, "ERROR", "AGO", "WHAT");
        foreach (var error in etcd.Status.LastErrors)
        {
            grid.Row(error.Code, Age.Of(error.ObservedAt, now), error.Description);
        }
        grid.Write(terminal);
    }

    static Grid Section(Terminal terminal, params string[] headings)
    {
        terminal.Line("");
        return new(headings);
    }
}
