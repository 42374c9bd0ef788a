using System.CommandLine;
using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.Cli.Commands;

/// <summary><c>suspend</c>, <c>resume</c>, <c>protect</c> and <c>unprotect</c>: annotations that hold until they are taken off.</summary>
static class AnnotationCommands
{
    public static Command Suspend(Terminal terminal) =>
        Create("suspend", "Has the operator leave clusters as they are; it goes on telling how they are.", Annotations.SuspendReconcile, true, "suspended", terminal);

    public static Command Resume(Terminal terminal) =>
        Create("resume", "Ends a suspension.", Annotations.SuspendReconcile, false, "resumed", terminal);

    public static Command Protect(Terminal terminal) =>
        Create("protect", "Keeps others from changing what belongs to clusters, again.", Annotations.DisableProtection, false, "protected", terminal);

    public static Command Unprotect(Terminal terminal) =>
        Create("unprotect", "Lets others change what belongs to clusters, until 'druid protect'.", Annotations.DisableProtection, true, "no longer protected", terminal);

    /// <summary>A merge patch of one annotation; null removes it.</summary>
    public static JsonObject Patch(string annotation, string? value) => new() { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [annotation] = value } } };

    static Command Create(string name, string description, string annotation, bool set, string done, Terminal terminal)
    {
        var command = new Command(name, description);
        var selector = Selector.ToChange(command);
        command.SetAction(async (arguments, cancel) =>
        {
            using var scope = Scope.Of(arguments);
            foreach (var etcd in await scope.Etcds(selector.Of(arguments), cancel))
            {
                if (etcd.Metadata.Annotations?.ContainsKey(annotation) == true == set)
                {
                    terminal.Line($"{etcd.Key} is {done} already");
                    continue;
                }
                await scope.Client.Patch<Etcd>(etcd.Key, PatchKind.Merge, Patch(annotation, set ? "true" : null), cancel: cancel);
                terminal.Line($"{etcd.Key} is {done}");
            }
            return ExitCode.Done;
        });
        return command;
    }
}
