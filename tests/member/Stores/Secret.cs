namespace Druid.MemberTests.Stores;

/// <summary>A Secret as a pod has it mounted: a directory with a file for each entry.</summary>
sealed class Secret : IDisposable
{
    public Secret(params (string Key, string Value)[] entries) => Replace(entries);

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("druid-secret-").FullName;

    /// <summary>Rotates it.</summary>
    public void Replace(params (string Key, string Value)[] entries)
    {
        foreach (var file in System.IO.Directory.EnumerateFiles(Directory)) File.Delete(file);
        foreach (var (key, value) in entries) File.WriteAllText(Path.Combine(Directory, key), value);
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
