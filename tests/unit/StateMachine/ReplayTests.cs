using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;
using Druid.StateMachine.Replaying;

namespace Druid.UnitTests.StateMachine;

/// <summary>What someone who replays an operator's log relies on.</summary>
public sealed class ReplayTests
{
    static readonly ClusterView New = new() { Wanted = 1, Plan = new(1, PeerTls.Off) };

    static readonly ClusterView Serving = New with
    {
        HasFinalizer = true,
        Members = [new() { Ordinal = 0, Pod = PodState.Ready, Membership = Membership.Voter, Leads = true, HasLease = true, HasVolume = true }],
    };

    // What the operator logs of a decision.
    static IEnumerable<string> Decide(string from, ClusterView view) =>
        EtcdLifecycle.Machine.Decide(In(from), view).Transitions
            .Where(t => t.Region == EtcdLifecycle.Lifecycle && !(t.Stays && t.Actions.All(a => a is Wait)))
            .Select(t => new LoggedStep("ns/e", t.Region, t.From, t.To, t.Trigger, LoggedStep.Describe(t.Actions), ClusterViewNotation.Write(view), "u-1").ToString());

    static Configuration In(string state) => EtcdLifecycle.Machine.Restore(new Dictionary<string, string> { [EtcdLifecycle.Lifecycle] = state });

    static string[] Log => ["12:00:00 INF druid-operator 0.1.0 starts", .. Decide("Creating", New), .. Decide("Creating", Serving), .. Decide("Ready", Serving with { Wanted = 3 })];

    static string Fault(params IEnumerable<string> lines)
    {
        var report = OperatorReplay.Of([lines]);
        Assert.False(report.Conforms);
        return Assert.Single(report.Nonconformities).ToString();
    }

    [Fact]
    public void A_log_of_what_the_machine_decides_conforms()
    {
        var report = OperatorReplay.Of([Log]);
        Assert.True(report.Conforms, report.ToString());
        Assert.Equal((4, 1), (report.Steps, report.Objects));
    }

    [Theory]
    [InlineData("2026-11-21T09:00:00Z 12:00:00.000 INF {0}")]
    [InlineData("""{{"Level":"Information","MessageTemplate":"{{About:l}} {{Region:l}}: x","RenderedMessage":"{0}","Properties":{{"Region":"lifecycle"}}}}""")]
    public void Every_log_format_can_be_replayed(string format)
    {
        var lines = Log.Select(line => string.Format(System.Globalization.CultureInfo.InvariantCulture, format, line)).ToList();
        var report = OperatorReplay.Of([lines]);
        Assert.True(report.Conforms, report.ToString());
        Assert.Equal(4, report.Steps);
    }

    [Fact]
    public void A_step_that_the_machine_does_not_take_is_named_with_what_it_takes()
    {
        var wrong = Log[1].Replace("AddFinalizer { }", "RemoveFinalizer { }", StringComparison.Ordinal);
        var fault = Fault(wrong);
        Assert.Contains("line 1: in Creating the machine etcd-lifecycle allows only: Creating -> Creating as managed and not (the finalizer is set); AddFinalizer { }", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_on_a_view_on_which_the_machine_does_something_else_is_found() =>
        Assert.Contains("allows only: Creating -> Suspended", Fault(Log[1].Replace("wanted=1", "wanted=1 suspended", StringComparison.Ordinal)), StringComparison.Ordinal);

    [Fact]
    public void A_missing_step_is_found() =>
        Assert.Contains("the step before led to Creating, not to Ready", Fault(Log[1], Log[3]), StringComparison.Ordinal);

    [Theory]
    [InlineData("INF leading as \"b\" by lease \"druid\"", true)]
    [InlineData("WRN reconcile of \"ns/e\" failed, again in \"00:00:01\": conflict", true)]
    [InlineData("WRN reconcile of \"ns/other\" failed, again in \"00:00:01\": conflict", false)]
    public void Only_who_lost_its_record_may_go_back_to_an_older_one(string line, bool allowed)
    {
        string[] log = [.. Log, line, .. Decide("Creating", Serving)];
        Assert.Equal(allowed, OperatorReplay.Of([log]).Conforms);
    }

    [Fact]
    public void A_view_that_cannot_be_read_is_not_passed_over() =>
        Assert.Contains("the view cannot be read", Fault(Log[1].Replace("wanted=1", "wanted=1 sparkles", StringComparison.Ordinal)), StringComparison.Ordinal);

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void After_a_log_that_was_cut_off_the_next_may_go_on_from_anywhere(bool whole, bool allowed)
    {
        var replay = OperatorReplay.Begin();
        replay.Follow([Log[1]], whole);
        replay.Follow([Log[3]]);
        Assert.Equal(allowed, replay.Report.Conforms);
        Assert.Equal(2, replay.Report.Steps);
    }

    [Fact]
    public void An_empty_log_proves_nothing() => Assert.False(OperatorReplay.Of([["12:00:00 INF leading as x"]]).Conforms);
}
