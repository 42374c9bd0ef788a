using System.CommandLine;
using System.Text.Json.Nodes;
using Druid.Kubernetes;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Commands;

/// <summary><c>druid-operator manifests</c>: what to apply to install the operator, besides the CRDs.</summary>
static class ManifestsCommand
{
    static readonly Option<string> OperatorImage = new("--operator-image") { Description = "Image of the operator.", Required = true };
    static readonly Option<string> MemberImage = new("--member-image") { Description = "Image of the members' containers.", Required = true };
    static readonly Option<string> ShellImage = new("--shell-image") { Description = "Image with a shell.", Required = true };
    static readonly Option<string> Namespace = new("--namespace") { Description = "Where the operator runs.", DefaultValueFactory = _ => "druid-system" };
    static readonly Option<int> Replicas = new("--replicas") { Description = "How many operators run; one acts.", DefaultValueFactory = _ => 1 };
    static readonly Option<bool> Protection = new("--protection") { Description = "Protect what belongs to an Etcd from others." };
    static readonly Option<bool> SpecValidation = new("--spec-validation") { Description = "Check Etcds and tasks before they are accepted.", DefaultValueFactory = _ => true };

    public static Command Create()
    {
        var command = new Command("manifests", "Prints the objects that install the operator, as YAML.")
        {
            OperatorImage, MemberImage, ShellImage, Namespace, Replicas, Protection, SpecValidation,
        };
        command.SetAction(arguments => Console.Out.Write(Yaml.WriteAll(new Installation.Installation
        {
            Namespace = arguments.GetRequiredValue(Namespace),
            OperatorImage = arguments.GetRequiredValue(OperatorImage),
            MemberImage = arguments.GetRequiredValue(MemberImage),
            ShellImage = arguments.GetRequiredValue(ShellImage),
            Replicas = arguments.GetValue(Replicas),
            Protection = arguments.GetValue(Protection),
            SpecValidation = arguments.GetValue(SpecValidation),
        }.Render().Select(ToNode))));
        return command;
    }

    /// <summary>An object as it is written down.</summary>
    internal static JsonNode ToNode(IResource resource) => JsonNode.Parse(resource switch
    {
        ClusterRole r => ClusterRole.Type.ToJson(r),
        ClusterRoleBinding r => ClusterRoleBinding.Type.ToJson(r),
        ConfigMap r => ConfigMap.Type.ToJson(r),
        Deployment r => Deployment.Type.ToJson(r),
        Kubernetes.Resources.Namespace r => Kubernetes.Resources.Namespace.Type.ToJson(r),
        PodDisruptionBudget r => PodDisruptionBudget.Type.ToJson(r),
        Role r => Role.Type.ToJson(r),
        RoleBinding r => RoleBinding.Type.ToJson(r),
        Service r => Service.Type.ToJson(r),
        ServiceAccount r => ServiceAccount.Type.ToJson(r),
        ValidatingWebhookConfiguration r => ValidatingWebhookConfiguration.Type.ToJson(r),
        _ => throw new InvalidOperationException($"A {resource.Kind} is no part of the manifests."),
    })!;
}
