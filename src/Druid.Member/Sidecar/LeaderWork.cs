using Druid.Member.Etcd.Rpc;
using Druid.Member.Snapshots;
using Serilog;

namespace Druid.Member.Sidecar;

/// <summary>Runs what only one agent of a cluster may do: while this agent's member leads, and only then.</summary>
/// <param name="keeper">Knows who leads.</param>
/// <param name="work">What is run while this member leads; ends when cancelled.</param>
/// <param name="health">Forgets failures with the leadership.</param>
/// <param name="log">The log.</param>
sealed class LeaderWork(MemberKeeper keeper, IReadOnlyList<Func<CancellationToken, Task>> work, BackupHealth health, ILogger log)
{
    /// <summary>Runs until cancelled.</summary>
    public async Task Run(CancellationToken cancel)
    {
        while (true)
        {
            await keeper.Until(Leads, cancel);
            using var term = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            log.Information("This member leads: its agent takes the snapshots");
            var working = Task.WhenAll(work.Select(w => w(term.Token)));
            // An etcd that does not answer for a while may still lead; what is done needs etcd's word anyway.
            var ended = await Task.WhenAny(working, keeper.Until(status => status is not null && !Leads(status), term.Token));
            await term.CancelAsync();
            await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ended == working && working.IsFaulted) await working;
            cancel.ThrowIfCancellationRequested();
            health.Reset();
            log.Information("This member does not lead any more: another agent takes the snapshots");
        }
    }

    /// <summary>Whether a member that says this of itself leads its cluster.</summary>
    public static bool Leads(StatusResponse? status) => status is { IsLearner: false } && status.Leader != 0 && status.Leader == status.Header.MemberId;
}
