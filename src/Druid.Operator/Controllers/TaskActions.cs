using Druid.Kubernetes.Client;
using Druid.Operator.Actions;
using Druid.StateMachine.Machines;

namespace Druid.Operator.Controllers;

/// <summary>Carries out what the machine of a task decided.</summary>
static class TaskActions
{
    /// <summary>One action after the other, up to the first that the API server refuses.</summary>
    /// <returns>What failed; null when nothing did.</returns>
    public static async Task<ActionFailure?> InOrder(Decision decision, Func<IAction, Task> execute)
    {
        foreach (var action in decision.Actions)
        {
            try
            {
                await execute(action);
            }
            catch (KubernetesException error)
            {
                return new(action, error, error.RetryAfter);
            }
        }
        return null;
    }
}
