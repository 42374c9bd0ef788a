using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;

namespace Druid.EnvtestTests.Kubernetes;

public class LeadershipTests
{
    [Fact]
    public async Task Of_two_candidates_one_leads_and_the_other_follows_it()
    {
        var plane = await ControlPlane.Shared;
        var lease = new ObjectKey(await plane.NewNamespace(), "leader");
        await using var a = new Candidate(plane, lease, "a");
        await a.Leads();
        await using var b = new Candidate(plane, lease, "b");
        Assert.Equal("a", (await plane.Client.Get<Lease>(lease)).Spec!.HolderIdentity);

        await a.Stop();
        await b.Leads();
        Assert.False(a.Term!.MayWrite);
        Assert.True(b.Term!.MayWrite);
        Assert.Equal(a.Term.Number + 1, b.Term.Number);
    }

    [Fact]
    public async Task A_leader_that_disappears_is_succeeded_and_its_writes_no_longer_land()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace();
        var lease = new ObjectKey(ns, "leader");
        var cut = new Cut();
        await using var a = new Candidate(plane, lease, "a", cut.Around);
        await a.Leads();
        var guarded = plane.Client.GuardedBy(a.Term!);
        await guarded.Create(Map(ns, "in-time"));

        await using var b = new Candidate(plane, lease, "b");
        cut.IsCut = true;
        await b.Leads();
        var error = await Assert.ThrowsAsync<KubernetesException>(() => guarded.Create(Map(ns, "too-late")));
        Assert.Equal(ErrorReason.WriteRefused, error.Reason);
        Assert.True(a.Lost);
        Assert.Null(await plane.Client.TryGet<ConfigMap>(new(ns, "too-late")));
    }

    [Fact]
    public async Task Events_of_a_kind_are_told_once_with_a_count()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace();
        var about = await plane.Client.Create(Map(ns, "eventful"));
        using var stop = new CancellationTokenSource();
        var recorder = new EventRecorder(plane.NewClient(), new() { Component = "druid" });
        var run = recorder.Run(stop.Token);

        for (var i = 1; i <= 3; i++)
        {
            var count = i;
            recorder.Warning(about, "QuorumLost", "2 of 3 members are away");
            await ControlPlane.Eventually($"a count of {count}", async () => (await Events(plane, ns)).SingleOrDefault()?.Count == count);
        }
        recorder.Normal(about, "Quorate", "all members are back");
        await stop.CancelAsync();
        await run;

        var events = await Events(plane, ns);
        Assert.Equal(["Quorate", "QuorumLost"], events.Select(e => e.Reason).Order());
        Assert.All(events, e => Assert.Equal(about.Metadata.Uid, e.InvolvedObject.Uid));
    }

    static async Task<List<Event>> Events(ControlPlane plane, string ns) =>
        await plane.Client.List<Event>(ns, new() { FieldSelector = "involvedObject.name=eventful" }).ToListAsync();

    static ConfigMap Map(string ns, string name) => new() { Metadata = new() { Namespace = ns, Name = name } };

    /// <summary>Takes part in an election, with shorter times than usual.</summary>
    sealed class Candidate : IAsyncDisposable
    {
        readonly CancellationTokenSource _stop = new();
        readonly TaskCompletionSource<LeadershipTerm> _leads = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly Task<bool> _run;

        public Candidate(ControlPlane plane, ObjectKey lease, string name, Func<HttpMessageHandler, HttpMessageHandler>? wrap = null)
        {
            var election = new LeaderElection(plane.NewClient(new() { Wrap = wrap }), new()
            {
                Lease = lease,
                Identity = name,
                LeaseDuration = TimeSpan.FromSeconds(9),
                RenewDeadline = TimeSpan.FromSeconds(6),
                RetryPeriod = TimeSpan.FromSeconds(0.5),
            });
            _run = election.Run(
                async (term, over) =>
                {
                    _leads.SetResult(term);
                    await Task.Delay(Timeout.Infinite, over);
                },
                _stop.Token);
        }

        public LeadershipTerm? Term => _leads.Task.IsCompleted ? _leads.Task.Result : null;

        public bool Lost => _run is { IsCompletedSuccessfully: true, Result: false };

        public Task<LeadershipTerm> Leads() => _leads.Task.WaitAsync(TimeSpan.FromMinutes(1));

        public async Task Stop()
        {
            await _stop.CancelAsync();
            Assert.True(await _run);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _run;
            _stop.Dispose();
        }
    }

    sealed class Cut
    {
        public bool IsCut { get; set; }

        public HttpMessageHandler Around(HttpMessageHandler inner) => new Handler(this) { InnerHandler = inner };

        sealed class Handler(Cut cut) : DelegatingHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
                cut.IsCut ? throw new HttpRequestException("The cable was cut.") : base.SendAsync(request, cancellationToken);
        }
    }
}
