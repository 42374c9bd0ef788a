using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Operator.Components;
using Druid.Operator.Installation;

namespace Druid.EnvtestTests.Installed;

/// <summary>Rights as <c>verb resource.group</c>: those that the operator is granted, and those that it used.</summary>
static class Rights
{
    /// <summary>What the chart grants.</summary>
    public static IReadOnlySet<string> Granted { get; } = Of(Permissions.Everywhere(webhooks: true).Concat(Permissions.AtHome()));

    /// <summary>What the members' roles grant: nobody may grant what he does not hold.</summary>
    public static IReadOnlySet<string> HeldToBeGranted { get; } = Of(
        new RoleComponent().Render(new(new Etcd { Metadata = new() { Name = "e", Namespace = "n" } }, 1, Druid.Operator.Images.ImageVector.Of("member", "shell"))).OfType<Role>().SelectMany(r => r.Rules ?? []));

    /// <summary>What the API server asks for while it looks at owner references; the operator makes no request of it.</summary>
    public static IReadOnlySet<string> AskedWithoutRequest { get; } = new HashSet<string>
    {
        $"update etcds.{ApiGroup.Name}/finalizers",
        $"update etcdcopybackupstasks.{ApiGroup.Name}/finalizers",
    };

    /// <summary>What requests needed. To apply is to patch, and to create what is not there.</summary>
    public static IEnumerable<string> Used(IEnumerable<RequestInfo> requests) => requests
        .SelectMany(r => r.Verb != "apply" ? [r.Verb] : r.Code == 201 ? ["create", "patch"] : (string[])["patch"], (r, verb) => $"{verb} {r.Resource}")
        .ToHashSet();

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
