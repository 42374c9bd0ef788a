using Druid.Member.Configuration;
using Druid.Member.Data;
using Druid.Member.Etcd;
using Serilog;

namespace Druid.Member.Membership;

/// <summary>Brings a member to the point where its etcd can start: looks, decides (<see cref="Joining"/>), acts, and looks again.</summary>
sealed class MemberPreparation(ClusterConfig config, string member, DataDirectory data, ClusterGateway cluster, IMemberLease lease, ILogger log, TimeProvider time)
{
    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    /// <summary>Works until etcd can start, however long that takes.</summary>
    /// <returns>What etcd is to start as.</returns>
    /// <exception cref="PreparationException">Only a person can decide how to go on.</exception>
    public async Task<InitialCluster> Prepare(CancellationToken cancel)
    {
        var told = "";
        var reportedLoss = false;
        while (true)
        {
            switch (await NextStep(cancel))
            {
                case JoinStep.Start start:
                    return start.Initial;
                case JoinStep.Refuse refuse:
                    throw new PreparationException($"Member {member} is not started: {refuse.Reason}");
                case JoinStep.PutDataAside aside:
                    log.Warning("The data of {Member} is put aside: {Reason}", member, aside.Reason);
                    data.PutAside("aside");
                    continue;
                case JoinStep.RemoveLostIdentity lost:
                    log.Warning("Member {Member} lost its data: {Id} is removed from the cluster, so that it can join anew", member, $"{lost.Id:x}");
                    told = await Attempt(() => cluster.Remove(lost.Id, cancel), told, cancel);
                    break;
                case JoinStep.AddAsLearner:
                    told = await Attempt(async () => log.Information("{Member} was added to the cluster as learner {Id}",
                        member, $"{await cluster.AddLearner(config.PeerUrls(member), cancel):x}"), told, cancel);
                    break;
                case JoinStep.Wait wait:
                    told = Tell(wait.Reason, told);
                    reportedLoss = reportedLoss || await ReportLoss(cancel);
                    await Task.Delay(LookAgain, time, cancel);
                    break;
            }
        }
    }

    async Task<JoinStep> NextStep(CancellationToken cancel)
    {
        var several = config.InitialCluster.Any(m => m.Name != member);
        MemberRecord record = default;
        try
        {
            record = await lease.Read(cancel);
        }
        catch (LeaseUnavailableException unavailable) when (several)
        {
            // Without its lease a member without data cannot know whether it was a member, and must not found a cluster.
            if (data.Inspect() is DataState.Absent)
                return new JoinStep.Wait($"the lease of {member} cannot be read: {unavailable.Message}");
        }
        catch (LeaseUnavailableException unavailable)
        {
            log.Warning("The lease of {Member} cannot be read: {Reason}", member, unavailable.Message);
        }
        return Joining.Decide(new()
        {
            Name = member,
            PeerUrls = config.PeerUrls(member),
            Configured = config.InitialCluster,
            JoinsExisting = config.InitialCluster.Any(m => !config.HasMember(m.Name)),
            Data = data.Inspect(),
            Cluster = several ? await cluster.Look(cancel) : null,
            Record = record,
        });
    }

    /// <summary>Changes the membership; a refusal of etcd is waited out, as what stands in the way usually passes.</summary>
    async Task<string> Attempt(Func<Task> change, string told, CancellationToken cancel)
    {
        try
        {
            await change();
            return told;
        }
        catch (EtcdException refused)
        {
            told = Tell(refused.Error == EtcdError.TooManyLearners ? "another learner has to be promoted first" : refused.Message, told);
            await Task.Delay(LookAgain, time, cancel);
            return told;
        }
    }

    string Tell(string reason, string told)
    {
        if (reason != told) log.Warning("{Member} waits: {Reason}", member, reason);
        return reason;
    }

    async Task<bool> ReportLoss(CancellationToken cancel)
    {
        try
        {
            if (data.Inspect() is DataState.Of || !(await lease.Read(cancel)).WasMember) return false;
            await lease.ReportDataLost(cancel);
            return true;
        }
        catch (LeaseUnavailableException)
        {
            return false;
        }
    }
}

/// <summary>A member cannot be started without a person's decision; the message says which.</summary>
sealed class PreparationException(string message) : Exception(message);
