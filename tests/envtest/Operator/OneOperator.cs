namespace Druid.EnvtestTests.Operator;

/// <summary>All tests of the operator share one control plane and run one after the other: two cores carry no more.</summary>
[CollectionDefinition(Name)]
public sealed class OneOperator : ICollectionFixture<OperatorFixture>
{
    /// <summary>What such a test class says.</summary>
    public const string Name = "operator";
}
