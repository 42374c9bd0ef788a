using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Testing;

namespace Druid.EndToEndTests;

/// <summary>
/// The logs of the operator's containers, each life of each, as the API server gives them. It has those of the last life
/// and the one before, of pods that are there; so what is about to go is kept.
/// </summary>
sealed class OperatorLogs(KubernetesClient client)
{
    readonly Dictionary<(string Pod, int Life), Kept> kept = [];

    /// <summary>Reads what there is.</summary>
    public async Task Keep(IReadOnlyList<Pod> pods)
    {
        foreach (var gone in kept.Keys.Where(k => pods.All(p => p.Metadata.Uid != k.Pod)).ToList())
        {
            kept[gone] = kept[gone] with { Whole = false };
        }
        foreach (var pod in pods.Where(p => p.Status?.ContainerStatuses is [{ State.Waiting: null }, ..]))
        {
            var life = pod.Status!.ContainerStatuses![0].RestartCount ?? 0;
            if (life > 0)
            {
                await Read(pod, life - 1, "?previous=true");
            }
            await Read(pod, life, "");
        }
    }

    /// <summary>Each step that was kept is one that the model allows.</summary>
    public void VerifySteps() => OperatorLog.Conforms(kept.OrderBy(k => k.Value.Created).ThenBy(k => k.Key.Life).Select(k => new WitnessedLog(k.Value.Lines, k.Value.Whole)));

    async Task Read(Pod pod, int life, string query)
    {
        var text = await client.GetRaw($"/api/v1/namespaces/{pod.Metadata.Namespace}/pods/{pod.Metadata.Name}/log{query}");
        kept[(pod.Metadata.Uid!, life)] = new(pod.Metadata.CreationTimestamp, text.Split('\n'), Whole: true);
    }

    sealed record Kept(DateTimeOffset? Created, string[] Lines, bool Whole);
}
