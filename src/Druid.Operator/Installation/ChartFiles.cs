using Druid.Api.Schemas;
using Druid.Kubernetes;
using Druid.Kubernetes.Resources;
using Druid.Operator.Commands;
using Druid.Operator.Webhooks;

namespace Druid.Operator.Installation;

/// <summary>
/// The files of <c>charts/druid</c> that say what is declared here: kinds, rights and webhooks. A test writes them and tells
/// when they are stale; everything else of the chart is written by hand and compared with <see cref="Installation"/>.
/// </summary>
static class ChartFiles
{
    const string Header = "# Made from src/Druid.Operator/Installation; a unit test with UPDATE_GOLDEN=1 writes it anew.\n";
    const string ReleaseNamespace = "{{ .Release.Namespace }}";
    const string IfWebhooks = "{{- if include \"druid.webhooks\" . }}\n", End = "{{- end }}\n";

    /// <summary>The files by their path in the chart.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = Crds.All
        .ToDictionary(crd => $"crds/{crd.Plural}.{Api.ApiGroup.Name}.yaml", crd => Header + Yaml.Write(crd.ToJson()))
        .Append(new("templates/rbac.yaml", Rights()))
        .Append(new("templates/webhooks.yaml", Webhooks()))
        .ToDictionary();

    static string Rights()
    {
        var objects = Objects().ToDictionary(o => o.Kind);
        var rules = Permissions.Everywhere(webhooks: true).Count() - Permissions.Everywhere(webhooks: false).Count();
        var role = (ClusterRole)objects[nameof(ClusterRole)];
        return Header
            + Text(role with { Rules = [.. role.Rules!.SkipLast(rules)] })
            + IfWebhooks + Items("rules", Text(role with { Rules = [.. role.Rules!.TakeLast(rules)] })) + End
            + "---\n" + Text(objects[nameof(ClusterRoleBinding)])
            + IfWebhooks + "---\n" + Text(objects[nameof(Role)]) + "---\n" + Text(objects[nameof(RoleBinding)]) + End;
    }

    static string Webhooks()
    {
        var registration = (ValidatingWebhookConfiguration)Objects().Single(o => o is ValidatingWebhookConfiguration);
        var specs = registration.Webhooks!.Where(w => w.ClientConfig.Service!.Path == SpecWebhook.Path).ToList();
        var protection = registration.Webhooks!.Except(specs).ToList();
        return Header + IfWebhooks
            + Text(registration with { Webhooks = [] }).Replace("webhooks: []\n", "webhooks:\n", StringComparison.Ordinal)
            + "{{- if .Values.webhooks.protection.enabled }}\n" + Items("webhooks", Text(registration with { Webhooks = protection })) + End
            + "{{- if .Values.webhooks.specValidation.enabled }}\n" + Items("webhooks", Text(registration with { Webhooks = specs })) + End
            + End;
    }

    static IEnumerable<IResource> Objects() => new Installation
    {
        Namespace = ReleaseNamespace,
        OperatorImage = "",
        MemberImage = "",
        ShellImage = "",
        Protection = true,
    }.Render();

    static string Text(IResource resource) => Yaml.Write(ManifestsCommand.ToNode(resource));

    // The items of a list, without what is before it, and with a certificate's authority where the user brings one.
    static string Items(string list, string document)
    {
        var text = document[(document.IndexOf($"\n{list}:\n", StringComparison.Ordinal) + list.Length + 3)..];
        const string Config = "clientConfig:\n";
        if (!text.Contains(Config, StringComparison.Ordinal))
        {
            return text;
        }
        var line = text.Split('\n').First(l => l.EndsWith(Config.TrimEnd(), StringComparison.Ordinal));
        var indent = new string(' ', line.IndexOf(Config.TrimEnd(), StringComparison.Ordinal) + 2);
        return text.Replace(Config, $"{Config}{indent}{{{{- with $.Values.webhooks.certificate.caBundle }}}}\n{indent}caBundle: {{{{ b64enc . }}}}\n{indent}{{{{- end }}}}\n", StringComparison.Ordinal);
    }
}
