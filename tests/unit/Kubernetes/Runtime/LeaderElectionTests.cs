using Druid.Kubernetes.Client;
using Druid.Kubernetes.Runtime;

namespace Druid.UnitTests.Kubernetes.Runtime;

public sealed class LeaderElectionTests : IAsyncDisposable
{
    static readonly TimeSpan Step = TimeSpan.FromSeconds(0.5);

    readonly FakeTime _time = new();
    readonly LeaseServer _server = new();
    readonly CancellationTokenSource _end = new();
    readonly List<Candidate> _candidates = [];

    public async ValueTask DisposeAsync()
    {
        _server.Before = _ => Task.CompletedTask;
        _server.After = () => { };
        await _end.CancelAsync();
        await _time.AdvanceUntil(() => _candidates.All(c => c.Run.IsCompleted), Step);
        _end.Dispose();
    }

    [Fact]
    public async Task The_first_leads_renews_and_gives_the_lease_back_when_stopped()
    {
        var a = await Leads("a");
        Assert.Equal("a", _server.Holder);
        var first = _server.Lease!.Spec!.RenewTime;
        await _time.AdvanceUntil(() => _server.Lease!.Spec!.RenewTime > first, Step);
        Assert.Equal(15, _server.Lease!.Spec!.LeaseDurationSeconds);

        await a.Stop.CancelAsync();
        Assert.True(await a.Run);
        Assert.Equal("", _server.Holder);
        Assert.False(a.Term!.MayWrite);
    }

    [Fact]
    public async Task The_next_takes_over_at_once_when_the_lease_was_given_back()
    {
        var a = await Leads("a");
        var b = Run("b");
        await a.Stop.CancelAsync();
        await a.Run;
        var before = _time.GetTimestamp();
        await _time.AdvanceUntil(() => b.Leading, Step);
        Assert.True(_time.GetElapsedTime(before) <= TimeSpan.FromSeconds(4));
        Assert.Equal((0, 1), (a.Term!.Number, b.Term!.Number));
    }

    [Fact]
    public async Task A_leader_that_was_killed_is_succeeded_once_the_lease_has_run_out_and_no_sooner()
    {
        _server.Change(("dead", 15));
        var b = Run("b");
        await Until.Holds(() => !_server.Http.Requests.IsEmpty, "the first look");
        var started = _time.GetTimestamp();
        await _time.AdvanceUntil(() => b.Leading, Step);
        Assert.InRange(_time.GetElapsedTime(started).TotalSeconds, 15, 18);
    }

    [Fact]
    public async Task Only_the_time_here_counts_not_the_clock_of_the_holder()
    {
        // Renewed, says the lease, a day ago; but it was seen to change only just now, and again after that.
        _server.Change(("other", 15), _time.GetUtcNow().AddDays(-1));
        var b = Run("b");
        for (var i = 0; i < 20; i++)
        {
            await _time.AdvanceUntil(NextLook(), Step);
            _server.Change(("other", 15), _time.GetUtcNow().AddDays(-1).AddSeconds(i));
        }
        Assert.False(b.Leading);
    }

    [Fact]
    public async Task A_leader_that_cannot_renew_stops_before_others_begin()
    {
        var a = await Leads("a");
        var b = Run("b");
        _server.Before = request => request.Method == "PUT" && request.Body.Contains("\"a\"", StringComparison.Ordinal) ? throw new HttpRequestException("away") : Task.CompletedTask;
        var renewed = _server.Lease!.Spec!.RenewTime!.Value;
        await _time.AdvanceUntil(() => a.Over, Step);
        Assert.InRange((_time.GetUtcNow() - renewed).TotalSeconds, 9.5, 11);
        Assert.False(await a.Run);
        Assert.False(b.Leading);
        await _time.AdvanceUntil(() => b.Leading, Step);
        Assert.True((_time.GetUtcNow() - renewed).TotalSeconds > 15);
    }

    [Fact]
    public async Task A_leader_goes_on_through_a_short_absence_of_the_server()
    {
        var a = await Leads("a");
        var away = _time.GetTimestamp();
        _server.Before = _ => _time.GetElapsedTime(away) < TimeSpan.FromSeconds(7) ? throw new HttpRequestException("away") : Task.CompletedTask;
        await _time.AdvanceUntil(() => _time.GetElapsedTime(away) > TimeSpan.FromSeconds(60), Step);
        Assert.False(a.Over);
        Assert.Equal("a", _server.Holder);
    }

    [Fact]
    public async Task A_renewal_whose_answer_was_lost_is_found_to_be_its_own()
    {
        var a = await Leads("a");
        var lost = 0;
        _server.After = () =>
        {
            if (lost++ % 2 == 0) throw new HttpRequestException("reset");
        };
        var started = _time.GetTimestamp();
        await _time.AdvanceUntil(() => _time.GetElapsedTime(started) > TimeSpan.FromSeconds(60), Step);
        Assert.False(a.Over);
        Assert.True(lost > 10);
    }

    [Fact]
    public async Task A_lease_that_was_edited_or_deleted_by_hand_is_put_back()
    {
        var a = await Leads("a");
        _server.Change(spec => spec with { LeaseDurationSeconds = 99 });
        await _time.AdvanceUntil(() => _server.Lease!.Spec!.LeaseDurationSeconds == 15, Step);
        _server.Delete();
        await _time.AdvanceUntil(() => _server.Holder == "a", Step);
        Assert.False(a.Over);
    }

    [Fact]
    public async Task A_leader_that_was_robbed_stops_at_once()
    {
        var a = await Leads("a");
        _server.Change(spec => spec with { HolderIdentity = "robber" });
        var started = _time.GetTimestamp();
        await _time.AdvanceUntil(() => a.Over, Step);
        Assert.True(_time.GetElapsedTime(started) <= TimeSpan.FromSeconds(3));
        Assert.Equal("robber", _server.Holder);
    }

    [Fact]
    public async Task A_process_that_was_frozen_may_not_write_when_it_wakes_up()
    {
        var a = await Leads("a");
        Assert.True(a.Term!.MayWrite);
        // Awake again, but no timer has had its turn yet.
        _time.SetWallClock(TimeSpan.FromSeconds(30));
        Assert.False(a.Term.MayWrite);
        Assert.False(a.Over);

        var error = await Assert.ThrowsAsync<KubernetesException>(
            () => _server.Http.Client().GuardedBy(a.Term).Create(Sample.ConfigMap("late")));
        Assert.Equal(ErrorReason.WriteRefused, error.Reason);

        // It was only the clock that was set: the next renewal shows it.
        await _time.AdvanceUntil(() => a.Term.MayWrite, Step);
        Assert.False(a.Over);
    }

    [Fact]
    public async Task There_is_never_more_than_one_leader_whatever_happens()
    {
        var random = new Random(7);
        for (var i = 0; i < 3; i++) Run($"c{i}", again: true);
        var faulty = "";
        _server.Before = request =>
        {
            if (faulty.Length > 0 && request.Body.Contains($"\"{faulty}\"", StringComparison.Ordinal)) throw new HttpRequestException("away");
            return random.Next(10) == 0 ? throw new HttpRequestException("reset") : Task.CompletedTask;
        };
        _server.After = () =>
        {
            if (random.Next(10) == 0) throw new HttpRequestException("reset");
        };
        var led = new HashSet<string>();
        for (var i = 0; i < 360; i++)
        {
            if (i % 60 == 0) faulty = i % 120 == 0 ? _server.Holder ?? "" : "";
            await Task.Delay(1);
            _time.Advance(Step);
            var leaders = _candidates.Where(c => c.Term?.MayWrite == true && c.Leading).Select(c => c.Name).ToList();
            Assert.True(leaders.Count <= 1, string.Join(", ", leaders));
            led.UnionWith(leaders);
        }
        Assert.True(led.Count > 1);
    }

    Func<bool> NextLook()
    {
        var before = _server.Http.Requests.Count;
        return () => _server.Http.Requests.Count > before;
    }

    async Task<Candidate> Leads(string name)
    {
        var candidate = Run(name);
        await Until.Holds(() => candidate.Leading, $"{name} to lead");
        return candidate;
    }

    Candidate Run(string name, bool again = false)
    {
        var candidate = new Candidate(name, CancellationTokenSource.CreateLinkedTokenSource(_end.Token));
        var client = _server.Http.Client(o => o with { Time = _time, Retries = 0 });
        candidate.Run = Task.Run(async () =>
        {
            bool kept;
            do
            {
                kept = await new LeaderElection(client, new() { Lease = new("ns", "leader"), Identity = name, Time = _time }).Run(candidate.Lead, candidate.Stop.Token);
            }
            while (again && !candidate.Stop.IsCancellationRequested);
            return kept;
        });
        _candidates.Add(candidate);
        return candidate;
    }

    sealed class Candidate(string name, CancellationTokenSource stop)
    {
        public string Name => name;

        public CancellationTokenSource Stop => stop;

        public Task<bool> Run { get; set; } = Task.FromResult(false);

        public LeadershipTerm? Term { get; private set; }

        public bool Leading { get; private set; }

        public bool Over { get; private set; }

        public async Task Lead(LeadershipTerm term, CancellationToken over)
        {
            (Term, Leading, Over) = (term, true, false);
            try
            {
                await Task.Delay(Timeout.Infinite, over);
            }
            finally
            {
                (Leading, Over) = (false, true);
            }
        }
    }
}
