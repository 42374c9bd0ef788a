using Druid.Member.Configuration;
using Druid.Member.Data;
using Druid.Member.Etcd;
using Druid.Member.Restore;
using Druid.Member.Stores;
using Druid.StateMachine.Machines;
using Serilog;

namespace Druid.Member.Membership;

/// <summary>Brings a member to the point where its etcd can start: looks, decides (<see cref="Joining"/>), acts, and looks again.</summary>
/// <param name="config">The mounted configuration.</param>
/// <param name="member">The member's name.</param>
/// <param name="data">Its data.</param>
/// <param name="validator">Validates the data.</param>
/// <param name="backups">What it could be restored from.</param>
/// <param name="cluster">The running cluster.</param>
/// <param name="lease">Its lease.</param>
/// <param name="log">The log.</param>
/// <param name="time">Clock of waits.</param>
sealed class MemberPreparation(
    ClusterConfig config, string member, DataDirectory data, DataValidator validator, BackupSource backups, ClusterGateway cluster, IMemberLease lease, ILogger log, TimeProvider time)
{
    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    DataState? _validated;

    /// <summary>Works until etcd can start, however long that takes.</summary>
    /// <param name="full">Whether every page and record of the data is to be looked at.</param>
    /// <param name="atLeast">The revision that restored data must reach at least; null for any.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>What etcd is to start as, and on whose word.</returns>
    /// <exception cref="PreparationException">Only a person can decide how to go on.</exception>
    public async Task<Prepared> Prepare(bool full, long? atLeast, CancellationToken cancel)
    {
        var told = "";
        var state = Joining.Machine.Initial;
        while (true)
        {
            if (await Observe(full, atLeast, cancel) is not { } seen)
            {
                await Task.Delay(LookAgain, time, cancel);
                continue;
            }
            var decision = Joining.Machine.Fire(state, seen);
            state = decision.After;
            foreach (var action in decision.Transitions.SelectMany(t => t.Actions))
            {
                switch (action)
                {
                    case JoinStep.Start start:
                        return new(start.Initial, seen.Record.Task);
                    case JoinStep.Refuse refuse:
                        throw new PreparationException($"Member {member} is not started: {refuse.Reason}");
                    case JoinStep.PutDataAside aside:
                        log.Warning("The data of {Member} is put aside: {Reason}", member, aside.Reason);
                        data.PutAside("aside");
                        _validated = null;
                        break;
                    case JoinStep.RestoreData restore:
                        told = await Attempt(() => backups.Restore(member, config, restore.Cluster, data, cancel), told, cancel);
                        _validated = null;
                        break;
                    case JoinStep.ReportLoss:
                        told = await Attempt(() => lease.ReportDataLost(cancel), told, cancel);
                        break;
                    case JoinStep.RemoveLostIdentity lost:
                        log.Warning("Member {Member} lost its data: {Id} is removed from the cluster, so that it can join anew", member, $"{lost.Id:x}");
                        told = await Attempt(() => cluster.Remove(lost.Id, cancel), told, cancel);
                        break;
                    case JoinStep.AddAsLearner:
                        told = await Attempt(async () => log.Information("{Member} was added to the cluster as learner {Id}",
                            member, $"{await cluster.AddLearner(config.PeerUrls(member), cancel):x}"), told, cancel);
                        break;
                    case Wait wait:
                        told = Tell(wait.Reason, told);
                        await Task.Delay(LookAgain, time, cancel);
                        break;
                }
            }
        }
    }

    async Task<JoinObservation?> Observe(bool full, long? atLeast, CancellationToken cancel)
    {
        var several = config.InitialCluster.Any(m => m.Name != member);
        _validated ??= await validator.Validate(data, full, cancel);
        MemberRecord record = default;
        try
        {
            record = await lease.Read(cancel);
        }
        catch (LeaseUnavailableException unavailable) when (several)
        {
            // Without its lease a member without data cannot know whether it was a member, and must not found a cluster.
            if (_validated is DataState.Absent)
            {
                log.Warning("{Member} waits: its lease cannot be read: {Reason}", member, unavailable.Message);
                return null;
            }
        }
        catch (LeaseUnavailableException unavailable)
        {
            log.Warning("The lease of {Member} cannot be read: {Reason}", member, unavailable.Message);
        }
        var seen = new JoinObservation
        {
            Name = member,
            PeerUrls = config.PeerUrls(member),
            Configured = config.InitialCluster,
            JoinsExisting = config.InitialCluster.Any(m => !config.HasMember(m.Name)),
            Data = _validated,
            Cluster = several ? await cluster.Look(cancel) : null,
            Record = record,
            AtLeast = atLeast,
        };
        // A quorum has it all; the store is asked only where it matters.
        return seen.Cluster is not null ? seen : await WithBackups(seen, cancel);
    }

    async Task<JoinObservation> WithBackups(JoinObservation seen, CancellationToken cancel)
    {
        var backup = await backups.Look(cancel);
        var revision = !seen.HasOthers && seen.Data is DataState.Of ? await validator.Revision(data, backup is BackupState.Reaches reaches ? reaches.Revision : 0, cancel) : null;
        return seen with { Backup = backup, Revision = revision };
    }

    /// <summary>Does something that others can refuse; that is waited out, as what stands in the way usually passes.</summary>
    async Task<string> Attempt(Func<Task> change, string told, CancellationToken cancel)
    {
        try
        {
            await change();
            return told;
        }
        catch (Exception refused) when (refused is EtcdException or LeaseUnavailableException or RestoreException or StoreException or IOException or InvalidDataException)
        {
            told = Tell(refused is EtcdException { Error: EtcdError.TooManyLearners } ? "another learner has to be promoted first" : refused.Message, told);
            await Task.Delay(LookAgain, time, cancel);
            return told;
        }
    }

    string Tell(string reason, string told)
    {
        if (reason != told) log.Warning("{Member} waits: {Reason}", member, reason);
        return reason;
    }
}

/// <summary>A member that can start.</summary>
/// <param name="Initial">What its etcd is to start as.</param>
/// <param name="Task">What the operator told it when that was decided.</param>
sealed record Prepared(InitialCluster Initial, MemberTask Task);

/// <summary>A member cannot be started without a person's decision; the message says which.</summary>
sealed class PreparationException(string message) : Exception(message);
