namespace Druid.LoadTests;

/// <summary>What <c>hack/test</c> publishes before this suite runs: the operator as it ships.</summary>
static class Published
{
    /// <summary>The checkout.</summary>
    public static string Root { get; } = Ascend(AppContext.BaseDirectory);

    /// <summary>The operator's program.</summary>
    public static string Operator { get; } = Path.Combine(Root, "artifacts", "bin", "druid-operator");

    static string Ascend(string directory) => File.Exists(Path.Combine(directory, "Druid.slnx")) ? directory : Ascend(Path.GetDirectoryName(directory)!);
}
