namespace Druid.MemberTests.Stores;

/// <summary>The real object stores that <c>hack/stores up</c> runs. It prints the file that <c>DRUID_STORES</c> has to name.</summary>
static class Servers
{
    static readonly Lazy<Dictionary<string, string>> All = new(Read);

    /// <summary>s3rver, as user S3RVER with the same secret.</summary>
    public static Uri S3rver => new(All.Value["S3RVER"]);

    /// <summary>Azurite, with its well-known account.</summary>
    public static Uri Azurite => new(All.Value["AZURITE"]);

    /// <summary>Keystone's API v3, with project druid, user backup and an application credential.</summary>
    public static Uri Keystone => new(All.Value["KEYSTONE"]);

    /// <summary>The object storage that keystone's catalog names.</summary>
    public static Uri Swift => new(All.Value["SWIFT"]);

    /// <summary>The S3 interface of Swift, as user test:tester with secret testing.</summary>
    public static Uri SwiftS3 => new(All.Value["SWIFT_S3"]);

    public static string ApplicationCredentialId => All.Value["APPLICATION_CREDENTIAL_ID"];

    public static string ApplicationCredentialSecret => All.Value["APPLICATION_CREDENTIAL_SECRET"];

    static Dictionary<string, string> Read()
    {
        var file = Environment.GetEnvironmentVariable("DRUID_STORES");
        Assert.True(File.Exists(file), "DRUID_STORES does not name the file that hack/stores up prints: run the suite by hack/test member");
        return File.ReadLines(file!).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
    }
}
