using Druid.Kubernetes.Resources;
using Druid.StateMachine.Machines;
using Druid.StateMachine.Replaying;
using Serilog;

namespace Druid.Operator.Controllers;

/// <summary>
/// One line a transition, with the view it was decided on, so that the log can be replayed against the machine later:
/// <c>druid-operator replay</c>. A region that merely goes on waiting is not told of.
/// </summary>
/// <param name="log">The log.</param>
/// <param name="write">Writes a view in its notation.</param>
sealed class TransitionLog<TView>(ILogger log, Func<TView, string> write)
{
    public void Write(IResource about, Transition transition, TView view)
    {
        if (transition.Stays && transition.Actions.All(a => a is Wait))
        {
            return;
        }
        log.Information(LoggedStep.Template, about.Key.ToString(), transition.Region, transition.From, transition.To, transition.Trigger,
            LoggedStep.Describe(transition.Actions), write(view), about.Metadata.Uid ?? "");
    }
}
