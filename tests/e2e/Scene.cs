using System.Globalization;
using System.Text;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.EndToEndTests;

/// <summary>
/// What a person would look at first when something on the node does not come about: the pods of the namespace and of the
/// system, why they do not run, what their containers said last, and whether the node complains.
/// </summary>
static class Scene
{
    const int LinesOfLog = 20;

    public static async Task<string> Of(KubernetesClient client, string ns)
    {
        var scene = new StringBuilder();
        try
        {
            foreach (var pod in (await client.ListPage<Pod>(ns)).Items)
            {
                Describe(scene, pod);
                foreach (var container in pod.Status?.ContainerStatuses ?? [])
                {
                    await Log(scene, client, pod, container.Name);
                }
            }
            foreach (var pod in (await client.ListPage<Pod>("kube-system")).Items)
            {
                Describe(scene, pod);
            }
            foreach (var node in (await client.ListPage<Node>()).Items)
            {
                scene.Append(CultureInfo.InvariantCulture, $"node {node.Metadata.Name}: ")
                    .AppendJoin(", ", (node.Status?.Conditions ?? []).Select(c => $"{c.Type}={c.Status} ({c.Reason})")).Append('\n');
            }
        }
        catch (KubernetesException error)
        {
            scene.Append(CultureInfo.InvariantCulture, $"(the rest could not be read: {error.Message})\n");
        }
        return scene.ToString();
    }

    static void Describe(StringBuilder scene, Pod pod)
    {
        scene.Append(CultureInfo.InvariantCulture, $"pod {pod.Metadata.Namespace}/{pod.Metadata.Name} {pod.Status?.Phase}{(pod.IsBeingDeleted ? ", being deleted" : "")}: ")
            .AppendJoin(", ", (pod.Status?.Conditions ?? []).Where(c => c.Status != "True").Select(c => $"not {c.Type} ({c.Reason}: {c.Message})"));
        foreach (var container in pod.Status?.ContainerStatuses ?? [])
        {
            var state = container.State?.Waiting?.Reason ?? (container.State?.Running is not null ? "running" : container.State?.Terminated?.Reason);
            scene.Append(CultureInfo.InvariantCulture, $"; {container.Name} {state}, {container.RestartCount} restarts");
        }
        scene.Append('\n');
    }

    static async Task Log(StringBuilder scene, KubernetesClient client, Pod pod, string container)
    {
        try
        {
            var log = await client.GetRaw($"/api/v1/namespaces/{pod.Metadata.Namespace}/pods/{pod.Metadata.Name}/log?container={container}&tailLines={LinesOfLog}");
            scene.Append(CultureInfo.InvariantCulture, $"  last of {container}:\n    ").Append(log.TrimEnd().Replace("\n", "\n    ", StringComparison.Ordinal)).Append('\n');
        }
        catch (KubernetesException error)
        {
            scene.Append(CultureInfo.InvariantCulture, $"  no log of {container}: {error.Message}\n");
        }
    }
}
