using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;
using Serilog;

namespace Druid.Operator.Agents;

/// <summary>
/// Keeps the requests to agents: each is made once and goes on beside the reconciles. The answer to one that takes minutes is kept until the
/// state that asked is left; the answer to a short one until the decision that asked is made again. It is kept by this process alone: another one asks again, which costs a snapshot more and never one less.
/// </summary>
/// <param name="agents">The agents.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Told of answers.</param>
/// <param name="answered">Told which cluster an answer came for.</param>
/// <param name="stop">Ends what is under way.</param>
public sealed class AgentDesk(AgentClient agents, TimeProvider time, ILogger log, Action<ObjectKey> answered, CancellationToken stop)
{
    // How long a worker waits for an agent: enough for one that lives, nothing to notice for other clusters.
    static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    static readonly Backoff Pauses = new(TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5));

    readonly Lock gate = new();
    readonly Dictionary<string, Cluster> clusters = [];

    /// <summary>What is known of a cluster.</summary>
    public AgentNews NewsOf(Etcd etcd)
    {
        lock (gate)
        {
            return etcd.Metadata.Uid is { } uid && clusters.TryGetValue(uid, out var cluster) ? cluster.News() : AgentNews.None;
        }
    }

    /// <summary>Asks for what the purpose needs, unless it is under way or done.</summary>
    public void Ask(ClusterObjects objects, RequestPurpose purpose)
    {
        lock (gate)
        {
            var request = Open(objects.Etcd).Request(purpose);
            if (request.State is SnapshotRequest.Asked or SnapshotRequest.Done)
            {
                return;
            }
            request.State = SnapshotRequest.Asked;
            request.Turn++;
            _ = Task.Run(() => Make(objects, purpose, request, request.Turn), CancellationToken.None);
        }
    }

    /// <summary>Forgets what was asked for in a state that was left. What is still under way goes on, but nobody hears of it.</summary>
    public void Forget(Etcd etcd, RequestPurpose purpose)
    {
        lock (gate)
        {
            if (etcd.Metadata.Uid is { } uid && clusters.TryGetValue(uid, out var cluster))
            {
                cluster.Requests.Remove(purpose);
            }
        }
    }

    /// <summary>Forgets a cluster that is gone.</summary>
    public void Forget(Etcd etcd)
    {
        lock (gate)
        {
            clusters.Remove(etcd.Metadata.Uid ?? "");
        }
    }

    /// <summary>
    /// Has something short asked of an agent, unless it is, and waits a moment for the answer: an agent that is there answers within it.
    /// </summary>
    /// <returns>Whether the answer is still to come; the cluster is told of it then.</returns>
    public async Task<bool> IsUnderWay(Etcd etcd, IAction action, Func<CancellationToken, Task> ask)
    {
        Task answer;
        lock (gate)
        {
            var calls = Open(etcd).Calls;
            if (!calls.TryGetValue(action, out answer!))
            {
                calls[action] = answer = Task.Run(() => ask(stop), CancellationToken.None);
            }
            else if (!answer.IsCompleted)
            {
                return true;
            }
        }
        await Task.WhenAny(answer, Task.Delay(Moment, time, CancellationToken.None));
        if (answer.IsCompleted)
        {
            return false;
        }
        _ = answer.ContinueWith(_ => answered(etcd.Key), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return true;
    }

    /// <summary>The answer to what was asked; with it the matter is closed, and the next time it is asked anew.</summary>
    public Task Answer(Etcd etcd, IAction action)
    {
        lock (gate)
        {
            return Open(etcd).Calls.Remove(action, out var answer) ? answer : throw new InvalidOperationException($"'{action}' was not asked for.");
        }
    }

    /// <summary>Forgets what was asked for and is wanted no more. What is still under way goes on, but nobody hears of it.</summary>
    public void Drop(Etcd etcd, IEnumerable<IAction> except)
    {
        lock (gate)
        {
            if (clusters.TryGetValue(etcd.Metadata.Uid ?? "", out var cluster) && cluster.Calls.Count > 0)
            {
                var wanted = except.ToHashSet();
                foreach (var call in cluster.Calls.Keys.Where(c => !wanted.Contains(c)).ToList())
                {
                    cluster.Calls.Remove(call);
                }
            }
        }
    }

    /// <summary>Remembers that the agent in a pod cannot hand leadership over.</summary>
    public void NoHandover(Etcd etcd, PodOutline pod)
    {
        lock (gate)
        {
            Open(etcd).WithoutHandover.Add(pod.Metadata.Uid ?? "");
        }
    }

    async Task Make(ClusterObjects objects, RequestPurpose purpose, Request request, int turn)
    {
        try
        {
            var revision = purpose == RequestPurpose.Verification ? await Verify(objects) : await agents.TakeFullSnapshot(objects, final: false, within: null, stop);
            Answer(objects.Etcd, request, turn, SnapshotRequest.Done, null, revision);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception error) when (error is AgentException or KubernetesException)
        {
            log.Warning("{Etcd:l}: request for {Purpose} failed: {Error:l}", objects.Etcd.Key.ToString(), purpose, error.Message);
            Answer(objects.Etcd, request, turn, SnapshotRequest.Failed, error.Message, null);
        }
        answered(objects.Etcd.Key);
    }

    async Task<long?> Verify(ClusterObjects objects)
    {
        await agents.VerifySnapshot(objects, stop);
        return null;
    }

    void Answer(Etcd etcd, Request request, int turn, SnapshotRequest state, string? error, long? revision)
    {
        lock (gate)
        {
            if (request.Turn == turn)
            {
                request.State = state;
                request.Error = error;
                request.Failures = state == SnapshotRequest.Failed ? request.Failures + 1 : 0;
                request.RetryAt = state == SnapshotRequest.Failed ? time.GetUtcNow() + Pauses.After(request.Failures - 1) : null;
            }
            if (revision is { } taken && clusters.TryGetValue(etcd.Metadata.Uid ?? "", out var cluster))
            {
                cluster.FullSnapshotRevision = Math.Max(cluster.FullSnapshotRevision, taken);
            }
        }
    }

    Cluster Open(Etcd etcd)
    {
        var uid = etcd.Metadata.Uid ?? "";
        if (!clusters.TryGetValue(uid, out var cluster))
        {
            clusters[uid] = cluster = new();
        }
        return cluster;
    }

    sealed class Cluster
    {
        public Dictionary<RequestPurpose, Request> Requests { get; } = [];

        public HashSet<string> WithoutHandover { get; } = [];

        public Dictionary<IAction, Task> Calls { get; } = [];

        public long FullSnapshotRevision { get; set; }

        public Request Request(RequestPurpose purpose)
        {
            if (!Requests.TryGetValue(purpose, out var request))
            {
                Requests[purpose] = request = new();
            }
            return request;
        }

        public AgentNews News() => new()
        {
            Requests = Requests.ToDictionary(r => r.Key, r => new RequestNews(r.Value.State, r.Value.Error, r.Value.RetryAt)),
            FullSnapshotRevision = FullSnapshotRevision,
            WithoutHandover = new HashSet<string>(WithoutHandover),
        };
    }

    sealed class Request
    {
        public SnapshotRequest State { get; set; }

        public int Turn { get; set; }

        public int Failures { get; set; }

        public string? Error { get; set; }

        public DateTimeOffset? RetryAt { get; set; }
    }
}
