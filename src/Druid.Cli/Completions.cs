using System.CommandLine;
using System.CommandLine.Completions;
using Druid.Kubernetes.Client;

namespace Druid.Cli;

/// <summary>What a shell may offer while a command is typed.</summary>
static class Completions
{
    // Whoever presses Tab does not wait.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>An argument that names an Etcd.</summary>
    public static Argument<string> Etcd(string name, string description) => new(name) { Description = description, CompletionSources = { Etcds } };

    /// <summary>An argument that names an Etcd, of any namespace: NAME or NAMESPACE/NAME.</summary>
    public static Argument<string> EtcdAnywhere(string name, string description) => new(name) { Description = description, CompletionSources = { Anywhere } };

    /// <summary>An option with a few possible values, of which the first is what it is unless given.</summary>
    public static Option<string> Choice(string name, string description, params string[] values)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => values[0] };
        option.AcceptOnlyFromAmong(values);
        return option;
    }

    /// <summary>Names of the Etcds in the namespace that was typed so far; none where the cluster cannot be asked.</summary>
    public static IEnumerable<CompletionItem> Etcds(CompletionContext context) => Offer(context, ns: null);

    static IEnumerable<CompletionItem> Anywhere(CompletionContext context) =>
        Offer(context, context.WordToComplete.IndexOf('/', StringComparison.Ordinal) is > 0 and var split ? context.WordToComplete[..split] : null);

    static IEnumerable<CompletionItem> Offer(CompletionContext context, string? ns)
    {
        try
        {
            using var scope = Scope.Of(context.ParseResult);
            using var deadline = new CancellationTokenSource(Patience);
            // Completion is synchronous, and this process does nothing else.
            var found = Task.Run(() => scope.Client.ListPage<Api.Etcd>(ns ?? scope.Home, cancel: deadline.Token)).GetAwaiter().GetResult();
            return [.. found.Items.Select(e => new CompletionItem(ns is null ? e.Metadata.Name! : $"{ns}/{e.Metadata.Name}"))];
        }
        catch (Exception error) when (error is KubernetesException or ConfigurationException or OperationCanceledException)
        {
            return [];
        }
    }
}
