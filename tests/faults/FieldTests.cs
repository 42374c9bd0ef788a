using System.Collections.Concurrent;
using Druid.FaultTests.Fields;
using Druid.FaultTests.World;

namespace Druid.FaultTests;

/// <summary>
/// What can be declared is reached or refused with the field's name, whatever the cluster was before; and what was can be had again.
/// </summary>
[Collection(InTheLab.Name)]
public sealed class FieldTests(Lab lab)
{
    [Fact]
    public Task Some_fields_take_valid_edge_and_invalid_values_or_say_why_not() =>
        // The same each time: what is found in one run is there in the next.
        All(FieldList.Samples.Where((_, i) => i % 20 == 14).Select(s => new[] { s }));

    [Fact, Trait("Matrix", "Full")]
    public Task Every_field_takes_valid_edge_and_invalid_values_or_says_why_not() => All(FieldList.Samples.Select(s => new[] { s }));

    [Fact, Trait("Matrix", "Full")]
    public Task Pairs_of_fields_take_values_or_say_why_not()
    {
        var seed = Environment.TickCount;
        lab.Report.Note($"Pairs of fields: seed {seed}.");
        var random = new Random(seed);
        var samples = FieldList.Samples;
        return All(Enumerable.Range(0, 200).Select(_ => random.GetItems([.. samples], 2)).Where(pair => pair[0].Path != pair[1].Path));
    }

    async Task All(IEnumerable<Sample[]> values)
    {
        var problems = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(values, new ParallelOptions { MaxDegreeOfParallelism = Lab.Parallel }, async (samples, _) =>
        {
            var result = await Drive.There(lab, samples);
            lab.Report.Add(result);
            if (result.Problem is { } problem) problems.Enqueue($"{result.Where}: {problem}");
        });
        Assert.True(problems.IsEmpty, string.Join("\n\n", problems));
    }
}
