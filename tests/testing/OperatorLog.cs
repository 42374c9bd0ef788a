using Druid.StateMachine.Etcd;
using Druid.StateMachine.Replaying;

namespace Druid.Testing;

/// <summary>The operator's log as a witness: what it did is what the model allows.</summary>
public static class OperatorLog
{
    /// <summary>Replays the logs of one operator after the other against the machines.</summary>
    /// <param name="logs">The lines of each operator's log, oldest operator first, as text, JSON or rendered messages.</param>
    /// <returns>What was replayed.</returns>
    /// <exception cref="NonconformingLogException">
    /// A step is not allowed; the message names its line, the state and what was allowed. Or there is no step at all.
    /// </exception>
    public static ReplayReport Conforms(params IEnumerable<IEnumerable<string>> logs) => Conforms(logs.Select(lines => new WitnessedLog(lines)));

    /// <summary>Replays logs of which some may be cut off.</summary>
    /// <inheritdoc cref="Conforms(IEnumerable{IEnumerable{string}})" />
    public static ReplayReport Conforms(IEnumerable<WitnessedLog> logs)
    {
        ArgumentNullException.ThrowIfNull(logs);
        var replay = OperatorReplay.Begin();
        foreach (var log in logs)
        {
            replay.Follow(log.Lines, log.Whole);
        }
        var report = replay.Report;
        return report.Conforms ? report : throw new NonconformingLogException(
            report.Steps == 0 ? "The operator's log tells of no step; was it given whole, at level info or debug?" : report.ToString());
    }
}

/// <summary>What one operator logged.</summary>
/// <param name="Lines">The lines, oldest first.</param>
/// <param name="Whole">Up to its end; otherwise it did more than could be read, as when its pod was deleted.</param>
public sealed record WitnessedLog(IEnumerable<string> Lines, bool Whole = true);

/// <summary>The operator did what the model does not allow.</summary>
public sealed class NonconformingLogException(string message) : Exception(message);
