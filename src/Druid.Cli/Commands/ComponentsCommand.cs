using System.CommandLine;
using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Cli.Output;
using Druid.Kubernetes.Resources;

namespace Druid.Cli.Commands;

/// <summary><c>druid components NAME</c>: the objects that make up a cluster.</summary>
static class ComponentsCommand
{
    static readonly Argument<string> Name = Completions.Etcd("name", "Name of an Etcd.");

    public static Command Create(Terminal terminal)
    {
        var command = new Command("components", "Lists the objects that make up a cluster.") { Name };
        var format = Format.Option();
        command.Options.Add(format);
        command.SetAction((arguments, cancel) => Run(arguments, arguments.GetValue(format), terminal, cancel));
        return command;
    }

    static async Task<int> Run(ParseResult arguments, string? format, Terminal terminal, CancellationToken cancel)
    {
        using var scope = Scope.Of(arguments);
        var etcd = await scope.Etcd(arguments.GetRequiredValue(Name), cancel);
        var parts = new List<Part>();
        await Add<StatefulSet>(s => $"{s.Status?.ReadyReplicas ?? 0}/{s.Spec?.Replicas ?? 0} ready");
        await Add<Pod>(p => $"{p.Status?.Phase ?? "Pending"}{(p.Spec?.NodeName is { } node ? $" on {node}" : "")}");
        await Add<PersistentVolumeClaim>(c => $"{c.Status?.Phase ?? "Pending"}{(c.Spec?.Resources?.Requests?.TryGetValue("storage", out var size) == true ? $", {size}" : "")}");
        await Add<Service>(s => string.Join(", ", (s.Spec?.Ports ?? []).Select(p => $"{p.Name} {p.Port}")));
        await Add<ConfigMap>(_ => null);
        await Add<PodDisruptionBudget>(b => $"{b.Spec?.MinAvailable} must stay");
        await Add<Lease>(l => l.Spec?.HolderIdentity is { Length: > 0 } holder ? $"{holder}, renewed {Age.Of(l.Spec.RenewTime, DateTimeOffset.UtcNow)} ago" : null);
        await Add<ServiceAccount>(_ => null);
        await Add<Role>(_ => null);
        await Add<RoleBinding>(_ => null);
        await Add<Job>(j => j.Status is { Succeeded: > 0 } ? "succeeded" : j.Status is { Failed: > 0 } ? "failed" : "runs");

        if (format is not null)
        {
            Format.Many(terminal, format, parts.Select(p => p.Json()));
            return ExitCode.Done;
        }
        var grid = new Grid("KIND", "NAME", "AGE", "STATE");
        foreach (var part in parts)
        {
            grid.Row(part.Resource.Kind, part.Resource.Metadata.Name, Age.Of(part.Resource.Metadata.CreationTimestamp, DateTimeOffset.UtcNow), part.State);
        }
        grid.Write(terminal);
        return ExitCode.Done;

        async Task Add<T>(Func<T, string?> state) where T : class, IResource<T>
        {
            var ours = new Kubernetes.Client.ListOptions { LabelSelector = $"{Labels.ManagedBy}={Labels.Manager},{Labels.PartOf}={etcd.Metadata.Name}" };
            await foreach (var resource in scope.Client.List<T>(etcd.Metadata.Namespace, ours, cancel))
            {
                parts.Add(new(resource, state(resource), () => Format.Node(resource)));
            }
        }
    }

    sealed record Part(IResource Resource, string? State, Func<JsonNode> Json);
}
