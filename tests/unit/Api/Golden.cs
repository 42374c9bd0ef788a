namespace Druid.UnitTests.Api;

/// <summary>Files that are checked in and made from code: a test fails when one is stale, and rewrites it when UPDATE_GOLDEN is set.</summary>
static class Golden
{
    /// <summary>The root of the checkout.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The file says exactly this.</summary>
    public static void Same(string path, string expected)
    {
        var file = Path.Combine(Root, path);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") is not (null or ""))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, expected);
        }
        var actual = File.Exists(file) ? File.ReadAllText(file) : "";
        Assert.True(actual == expected, $"{path} is stale: run the unit tests once with UPDATE_GOLDEN=1 and review the difference.");
    }

    static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Druid.slnx")))
            directory = directory.Parent ?? throw new InvalidOperationException("Druid.slnx is in no directory above the tests.");
        return directory.FullName;
    }
}
