using Druid.Kubernetes.Resources;
using Druid.StateMachine.Machines;
using Serilog;

namespace Druid.Operator.Controllers;

/// <summary>
/// One line a transition, with everything that is needed to replay it against the machine later. Waits are logged once, when
/// their reason changes.
/// </summary>
sealed class TransitionLog(ILogger log)
{
    public const string Template = "{Etcd:l} {Region:l}: {From:l} -> {To:l} as {Trigger:l}; {Actions:l}";

    public void Write(IResource etcd, Transition transition)
    {
        if (transition.Stays && transition.Actions.All(a => a is Wait))
        {
            return;
        }
        log.ForContext("Uid", etcd.Metadata.Uid)
            .Information(Template, etcd.Key.ToString(), transition.Region, transition.From, transition.To, transition.Trigger,
                transition.Actions.Where(a => a is not Wait).Select(a => a.ToString()!).ToArray());
    }
}
