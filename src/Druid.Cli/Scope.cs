using System.CommandLine;
using Druid.Api;
using Druid.Kubernetes.Client;

namespace Druid.Cli;

/// <summary>Which cluster, which namespace, which Etcds: the options that all commands share, and what they lead to.</summary>
sealed class Scope : IDisposable
{
    static readonly Option<string?> Kubeconfig = new("--kubeconfig") { Description = "The kubeconfig file; $KUBECONFIG or ~/.kube/config unless given.", Recursive = true };
    static readonly Option<string?> Context = new("--context") { Description = "The context in it; its current one unless given.", Recursive = true };
    static readonly Option<string?> Namespace = new("--namespace", "-n") { Description = "The namespace; that of the context unless given.", Recursive = true };

    /// <summary>Options of every command.</summary>
    public static IReadOnlyList<Option> Options { get; } = [Kubeconfig, Context, Namespace];

    Scope(KubernetesClient client, string ns) => (Client, Home) = (client, ns);

    /// <summary>The API server.</summary>
    public KubernetesClient Client { get; }

    /// <summary>The namespace.</summary>
    public string Home { get; }

    /// <summary>What the options lead to.</summary>
    /// <exception cref="ConfigurationException">To no usable cluster; the message names file and remedy.</exception>
    public static Scope Of(ParseResult arguments)
    {
        var (file, context) = (arguments.GetValue(Kubeconfig), arguments.GetValue(Context));
        var cluster = file is null && context is null ? ClusterConfiguration.Detect() : ClusterConfiguration.FromKubeconfig(file, context);
        return new(new KubernetesClient(cluster, new() { UserAgent = "druid-cli", Retries = 1 }), arguments.GetValue(Namespace) ?? cluster.Namespace);
    }

    /// <summary>One Etcd.</summary>
    /// <exception cref="UsageException">There is none of that name.</exception>
    public async Task<Etcd> Etcd(string name, CancellationToken cancel) =>
        await Client.TryGet<Etcd>(new(Home, name), cancel)
        ?? throw new UsageException($"there is no Etcd '{name}' in namespace '{Home}': give its namespace with -n; 'druid list -A' shows all there are.");

    /// <summary>The Etcd that an argument names, as NAME or as NAMESPACE/NAME.</summary>
    /// <exception cref="UsageException">It names none.</exception>
    public async Task<Etcd> EtcdAnywhere(Argument<string> argument, ParseResult arguments, CancellationToken cancel)
    {
        var text = arguments.GetRequiredValue(argument);
        var (ns, name) = text.Split('/') switch
        {
            [{ Length: > 0 } plain] => (Home, plain),
            [{ Length: > 0 } given, { Length: > 0 } named] => (given, named),
            _ => throw new UsageException($"{argument.Name}: '{text}' names no Etcd: give NAME or NAMESPACE/NAME."),
        };
        return await Client.TryGet<Etcd>(new(ns, name), cancel)
            ?? throw new UsageException($"{argument.Name}: there is no Etcd '{name}' in namespace '{ns}': give NAMESPACE/NAME; 'druid list -A' shows all there are.");
    }

    /// <summary>The Etcds that a selection means, by namespace and name.</summary>
    public async Task<IReadOnlyList<Etcd>> Etcds(Selection selection, CancellationToken cancel)
    {
        if (selection.Names.Count > 0)
        {
            var named = new List<Etcd>();
            foreach (var name in selection.Names)
            {
                named.Add(await Etcd(name, cancel));
            }
            return named;
        }
        var found = new List<Etcd>();
        await foreach (var etcd in Client.List<Etcd>(selection.AllNamespaces ? null : Home, new() { LabelSelector = selection.Labels }, cancel))
        {
            found.Add(etcd);
        }
        return [.. found.OrderBy(e => e.Metadata.Namespace, StringComparer.Ordinal).ThenBy(e => e.Metadata.Name, StringComparer.Ordinal)];
    }

    public void Dispose() => Client.Dispose();
}

/// <summary>Which Etcds a command is about.</summary>
/// <param name="Names">By name; all where there is none.</param>
/// <param name="Labels">By labels; null for any.</param>
/// <param name="AllNamespaces">In all namespaces, and not only one.</param>
sealed record Selection(IReadOnlyList<string> Names, string? Labels, bool AllNamespaces);

/// <summary>The arguments by which a command is told which Etcds it is about.</summary>
sealed class Selector
{
    readonly Argument<string[]> names = new("name") { Description = "Names of Etcds.", Arity = ArgumentArity.ZeroOrMore };
    readonly Option<string?> labels = new("--selector", "-l") { Description = "Only Etcds with such labels, as in app=etcd." };
    readonly Option<bool> everywhere = new("--all-namespaces", "-A") { Description = "In all namespaces." };
    readonly Option<bool>? all;

    /// <summary>For a command that only looks: no name means all.</summary>
    public static Selector ToLook(Command command) => new(command, mustSay: false);

    /// <summary>For a command that changes something: all have to be asked for.</summary>
    public static Selector ToChange(Command command) => new(command, mustSay: true);

    Selector(Command command, bool mustSay)
    {
        names.CompletionSources.Add(Completions.Etcds);
        command.Arguments.Add(names);
        command.Options.Add(labels);
        command.Options.Add(everywhere);
        if (mustSay)
        {
            all = new("--all") { Description = "All Etcds of the namespace, or with -A of all namespaces." };
            command.Options.Add(all);
        }
        command.Validators.Add(result =>
        {
            var named = result.GetValue(names) is { Length: > 0 };
            if (named && (result.GetValue(labels) is not null || result.GetValue(everywhere) || (all is not null && result.GetValue(all))))
            {
                result.AddError("names go with neither -l, -A nor --all: give the one or the other.");
            }
            else if (mustSay && !named && result.GetValue(labels) is null && !result.GetValue(all!))
            {
                result.AddError("which Etcds? Give names, -l LABELS or --all.");
            }
        });
    }

    /// <summary>What was selected.</summary>
    public Selection Of(ParseResult arguments) => new(arguments.GetValue(names) ?? [], arguments.GetValue(labels), arguments.GetValue(everywhere));
}
