using System.CommandLine;
using Druid.Member.Commands;
using Druid.Member.Stores;

namespace Druid.UnitTests.Member;

public class StoreFlagTests
{
    static readonly Dictionary<string, string> Environment = new() { ["STORAGE_CONTAINER"] = "bucket", ["SOURCE_STORAGE_CONTAINER"] = "old-bucket" };

    [Theory]
    [InlineData("S3", StoreProvider.S3)]
    [InlineData("ABS", StoreProvider.Abs)]
    [InlineData("GCS", StoreProvider.Gcs)]
    [InlineData("OSS", StoreProvider.Oss)]
    [InlineData("Swift", StoreProvider.Swift)]
    [InlineData("ECS", StoreProvider.Ecs)]
    [InlineData("OCS", StoreProvider.Ocs)]
    [InlineData("Local", StoreProvider.Local)]
    [InlineData("aws", StoreProvider.S3)]
    [InlineData("azure", StoreProvider.Abs)]
    [InlineData("gcp", StoreProvider.Gcs)]
    [InlineData("alicloud", StoreProvider.Oss)]
    [InlineData("openstack", StoreProvider.Swift)]
    [InlineData("dell", StoreProvider.Ecs)]
    [InlineData("openshift", StoreProvider.Ocs)]
    [InlineData("stackit", StoreProvider.S3)]
    public void A_provider_has_its_own_name_and_that_of_its_cloud(string name, StoreProvider provider) =>
        Assert.Equal(provider, Read("", $"--storage-provider={name}")!.Provider);

    [Fact]
    public void The_operators_flags_and_environment_name_the_store()
    {
        var options = Read("", "--storage-provider=S3", "--store-prefix=shop/main", "--store-endpoint-override=https://s3.example:9000", "--max-parallel-chunk-uploads=3", "--min-chunk-size=6000000", "--snapstore-temp-directory=/var/tmp");

        Assert.Equal(
            new StoreOptions
            {
                Provider = StoreProvider.S3,
                Container = "bucket",
                Prefix = "shop/main",
                Endpoint = new("https://s3.example:9000"),
                ParallelParts = 3,
                PartSize = 6_000_000,
                TempDirectory = "/var/tmp",
            },
            options);
    }

    [Fact]
    public void A_flag_wins_over_the_environment() => Assert.Equal("other", Read("", "--storage-provider=S3", "--store-container=other")!.Container);

    [Fact]
    public void A_source_has_flags_and_variables_of_its_own_and_else_takes_after_the_destination()
    {
        var destination = Read("", "--storage-provider=aws", "--store-prefix=shop/main")!;

        var same = Read("source-", destination);
        var other = Read("source-", destination, "--source-storage-provider=GCS", "--source-store-prefix=old", "--source-store-container=c");

        Assert.Equal((StoreProvider.S3, "old-bucket", "shop/main", "SOURCE_"), (same!.Provider, same.Container, same.Prefix, same.VariablePrefix));
        Assert.Equal((StoreProvider.Gcs, "c", "old"), (other!.Provider, other.Container, other.Prefix));
    }

    [Fact]
    public void Without_a_provider_there_is_no_store() => Assert.Null(Read(""));

    [Fact]
    public void A_local_store_needs_no_container() =>
        Assert.Equal("default.bkp", Read(new StoreFlags(), [], null, "--storage-provider=Local")!.Container);

    [Theory]
    [InlineData("--storage-provider=Tape", "--storage-provider")]
    [InlineData("--storage-provider=GCS", "STORAGE_CONTAINER")]
    [InlineData("--storage-provider=S3 --store-container=c --store-endpoint-override=ftp://x", "--store-endpoint-override")]
    public void What_makes_no_sense_is_refused_and_named(string arguments, string named) =>
        Assert.Contains(named, Assert.Throws<FormatException>(() => Read(new StoreFlags(), [], null, arguments.Split(' '))).Message, StringComparison.Ordinal);

    static StoreOptions? Read(string prefix, params string[] arguments) => Read(prefix, null, arguments);

    static StoreOptions? Read(string prefix, StoreOptions? otherwise, params string[] arguments) => Read(new(prefix), Environment, otherwise, arguments);

    static StoreOptions? Read(StoreFlags flags, Dictionary<string, string> environment, StoreOptions? otherwise, params string[] arguments)
    {
        var command = new RootCommand();
        flags.AddTo(command);
        var parsed = command.Parse(arguments);
        Assert.Empty(parsed.Errors);
        return flags.Read(parsed, environment.GetValueOrDefault, otherwise);
    }
}
