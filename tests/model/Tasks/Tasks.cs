using Druid.StateMachine.Checking;

namespace Druid.Model.Tasks;

/// <summary>What the tales of tasks have in common.</summary>
static class Tasks
{
    /// <summary>Who makes a move.</summary>
    public static string Who(Move move) => move.Process switch
    {
        Process.Late => "Deposed operator",
        Process.Backup => "Backup",
        Process.SetController => "Kubernetes",
        Process.Clock or Process.Clock + 1 => "Clock",
        Process.Chance => "Hazard",
        _ => "Operator",
    };

    /// <summary>What comes in between an action and its being noted.</summary>
    public static string Interruption(Move move) => move.Subject switch
    {
        1 when move.Hazard => ", and gets no answer",
        2 when move.Hazard => ", and dies",
        _ => "",
    };
}
