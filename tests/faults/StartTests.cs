using Druid.FaultTests.Proxy;
using Druid.FaultTests.World;

namespace Druid.FaultTests;

/// <summary>An operator that starts while the API server answers nothing that makes sense.</summary>
[Collection(InTheLab.Name)]
public sealed class StartTests(Lab lab)
{
    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(409)]
    [InlineData(503)]
    public Task Whose_first_questions_are_refused_asks_again_and_works(int code) => Starts(new(FaultKind.Refuse, Code: code));

    [Fact]
    public Task Whose_first_answers_are_cut_off_asks_again_and_works() => Starts(new(FaultKind.Truncate, AfterEffect: true));

    async Task Starts(Fault beneath)
    {
        await using var stage = await Stage.Set(lab);
        stage.Proxy.Faults = new AtFirst(beneath);
        await stage.CrashOperator();
        await stage.Declare(1);
        await stage.UntilReady();
        stage.VerifySteps();
    }

    // The first two of every question, which is more than a client tries again by itself where that is of use at all.
    sealed class AtFirst(Fault fault) : IFaults
    {
        readonly Lock _gate = new();
        readonly Dictionary<Call, int> _asked = [];

        public bool ResetsConnection => false;

        public bool HasBookmarks => true;

        public Fault For(Call call)
        {
            lock (_gate) return (_asked[call] = _asked.GetValueOrDefault(call) + 1) <= 2 && !call.IsWrite ? fault : Fault.None;
        }

        public WatchFault ForEvent(Call call) => WatchFault.None;

        public void Landed(Call call)
        {
        }
    }
}
