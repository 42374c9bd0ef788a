using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Operator.Components;
using Druid.Operator.Installation;

namespace Druid.EnvtestTests.Installed;

/// <summary>
/// Rights as <c>verb resource.group</c>, those in the operator's own namespace with <c>at home</c> behind it: those that it is
/// granted, and those that it used.
/// </summary>
static class Rights
{
    /// <summary>What the chart grants.</summary>
    public static IReadOnlySet<string> Granted { get; } = Of(Permissions.Everywhere(webhooks: true)).Concat(Of(Permissions.AtHome()).Select(AtHome)).ToHashSet();

    /// <summary>What the members' roles grant: nobody may grant what he does not hold.</summary>
    public static IReadOnlySet<string> HeldToBeGranted { get; } = Of(
        new RoleComponent().Render(new(new Etcd { Metadata = new() { Name = "e", Namespace = "n", Uid = "u" } }, 1, Druid.Operator.Images.ImageVector.Of("member", "shell"))).OfType<Role>().SelectMany(r => r.Rules ?? []));

    /// <summary>What the API server asks for while it looks at owner references; the operator makes no request of it.</summary>
    public static IReadOnlySet<string> AskedWithoutRequest { get; } = new HashSet<string>
    {
        $"update etcds.{ApiGroup.Name}/finalizers",
        $"update etcdcopybackupstasks.{ApiGroup.Name}/finalizers",
    };

    /// <summary>What requests needed. To apply is to patch, and to create what is not there.</summary>
    /// <param name="requests">All that the operator made.</param>
    /// <param name="home">Its own namespace: what it did only there needs no right anywhere else.</param>
    public static IEnumerable<string> Used(IEnumerable<RequestInfo> requests, string home) => requests
        .SelectMany(r => Verbs(r), (r, verb) => (r.Namespace, Right: $"{verb} {r.Resource}"))
        .Select(used => used.Namespace == home ? AtHome(used.Right) : used.Right)
        .ToHashSet();

    static string[] Verbs(RequestInfo request) => request.Verb != "apply" ? [request.Verb] : request.Code == 201 ? ["create", "patch"] : ["patch"];

    static string AtHome(string right) => $"{right} at home";

    static HashSet<string> Of(IEnumerable<PolicyRule> rules) =>
    [
        .. from rule in rules
           from verb in rule.Verbs ?? []
           from resource in rule.Resources ?? []
           from name in rule.ApiGroups ?? []
           let parts = resource.Split('/')
           select $"{verb} {parts[0]}{(name.Length > 0 ? $".{name}" : "")}{(parts.Length > 1 ? $"/{parts[1]}" : "")}",
    ];
}
