using System.Text;
using Druid.Member.Stores;

namespace Druid.MemberTests.Stores;

/// <summary>Swift behind keystone, as a user who logs in with an application credential.</summary>
[Trait("Matrix", "Full")]
public sealed class SwiftCredentialTests : SwiftStoreTests
{
    private protected override (string, string)[] Entries(bool wrong) =>
    [
        ("authURL", Servers.Keystone.ToString()),
        ("domainName", "Default"),
        ("tenantName", "druid"),
        ("region", "local"),
        ("applicationCredentialID", Servers.ApplicationCredentialId),
        ("applicationCredentialName", "druid-backup"),
        ("applicationCredentialSecret", wrong ? "nonsense" : Servers.ApplicationCredentialSecret),
    ];

    [Fact]
    public async Task Segments_are_not_listed_and_go_with_their_object()
    {
        await Write("v2/x", Bytes(11 << 20));
        Assert.Equal(3, (await Segments()).Length);
        Assert.Equal([("v2/x", 11L << 20)], (await List()).Select(found => (found.Name, found.Size)));

        await Write("v2/x", Bytes(6 << 20));
        Assert.Equal(2, (await Segments()).Length);

        await Store.Delete("v2/x", default);
        Assert.Empty(await Segments());
    }

    [Fact]
    public async Task A_dynamic_large_object_is_read_listed_with_its_size_and_deleted_with_its_segments()
    {
        using var swift = await Administrator();
        await Put(swift, "v2/x/0000000001", "one ");
        await Put(swift, "v2/x/0000000002", "two");
        using var manifest = new HttpRequestMessage(HttpMethod.Put, $"{Container}/{Prefix}/v2/x") { Content = new ByteArrayContent([]) };
        manifest.Headers.Add("X-Object-Manifest", $"{Container}/{Prefix}/v2/x");
        (await swift.SendAsync(manifest)).EnsureSuccessStatusCode();

        Assert.Equal([("v2/x", 7L)], (await List()).Select(found => (found.Name, found.Size)));
        Assert.Equal("one two", Encoding.UTF8.GetString(await Read("v2/x")));

        await Store.Delete("v2/x", default);
        Assert.Empty(await Segments());
        Assert.Empty(await List());
    }

    [Fact]
    public async Task What_an_upload_left_behind_is_listed_below_the_name_it_should_have_had()
    {
        using var swift = await Administrator();
        await Put(swift, "v2/Full-00000000-00000001-1/0badcafe00000001", "left");

        Assert.Equal(["v2/Full-00000000-00000001-1/0badcafe00000001"], (await List()).Select(found => found.Name));
    }

    [Fact]
    public async Task A_region_that_the_catalog_does_not_have_is_named()
    {
        Credentials.Replace([.. Entries(wrong: false).Where(entry => entry.Item1 != "region"), ("region", "mars")]);
        await using var store = Open(Options(Prefix, Server), TimeProvider.System);

        Assert.Contains("'mars': there is local", (await Assert.ThrowsAsync<StoreException>(() => List("", store))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_secret_the_usual_variables_tell_who_one_is()
    {
        var variables = new Dictionary<string, string>
        {
            ["SOURCE_OS_AUTH_URL"] = Servers.Keystone.ToString(),
            ["SOURCE_OS_USERNAME"] = "backup",
            ["SOURCE_OS_PASSWORD"] = "backup-password",
            ["SOURCE_OS_PROJECT_NAME"] = "druid",
            ["SOURCE_OS_DOMAIN_NAME"] = "Default",
        };
        await Write("v2/x", [1]);
        await using var store = new StoreFactory(variables.GetValueOrDefault, TimeProvider.System).Open(Options(Prefix, Server) with { VariablePrefix = "SOURCE_" });

        Assert.Equal([1], await Read("v2/x", store));
    }

    async Task Put(HttpClient swift, string name, string text) =>
        (await swift.PutAsync($"{Container}/{Prefix}/{name}", new ByteArrayContent(Encoding.UTF8.GetBytes(text)))).EnsureSuccessStatusCode();
}

/// <summary>Swift behind keystone, as a user with a password.</summary>
[Trait("Matrix", "Full")]
public sealed class SwiftPasswordTests : SwiftStoreTests
{
    private protected override (string, string)[] Entries(bool wrong) =>
    [
        ("authURL", Servers.Keystone.ToString().Replace("/v3", "", StringComparison.Ordinal)),
        ("domainName", "Default"),
        ("tenantName", "druid"),
        ("username", "backup"),
        ("password", wrong ? "nonsense" : "backup-password"),
    ];
}

/// <summary>OpenStack Swift, with keystone before it.</summary>
public abstract class SwiftStoreTests : RemoteStoreConformance
{
    Secret? _credentials;

    private protected override StoreProvider Provider => StoreProvider.Swift;

    private protected override string Container => "druid-backups";

    private protected override Uri Server => Servers.Swift;

    private protected override Secret Credentials => _credentials ??= new(Entries(wrong: false));

    private protected abstract (string, string)[] Entries(bool wrong);

    private protected override void Rotate(bool wrong) => Credentials.Replace(Entries(wrong));

    private protected override IObjectStore Open(StoreOptions options, TimeProvider time) =>
        new StoreFactory(name => name == "OPENSTACK_APPLICATION_CREDENTIALS" ? Credentials.Directory : null, time).Open(options);

    // Swift lists 10,000 at a time; the proxy has it list fewer.
    private protected override int Many => 300;

    public override async Task InitializeAsync()
    {
        using var swift = await Administrator();
        (await swift.PutAsync(Container, null)).EnsureSuccessStatusCode();
    }

    private protected override async Task AssertNothingLeft() => Assert.Empty(await Segments());

    /// <summary>The objects below objects of this test.</summary>
    private protected async Task<string[]> Segments()
    {
        using var swift = await Administrator();
        var names = await swift.GetStringAsync($"{Container}?prefix={Prefix}/v2/");
        return [.. names.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(name => name[(Prefix.Length + 4)..].Contains('/', StringComparison.Ordinal))];
    }

    /// <summary>Swift's API without a store.</summary>
    private protected static async Task<HttpClient> Administrator()
    {
        using var anybody = new HttpClient();
        using var login = new StringContent("""
            {"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "backup", "password": "backup-password", "domain": {"name": "Default"}}}},
             "scope": {"project": {"name": "druid", "domain": {"name": "Default"}}}}}
            """, Encoding.UTF8, "application/json");
        using var answer = (await anybody.PostAsync($"{Servers.Keystone}/auth/tokens", login)).EnsureSuccessStatusCode();
        using var token = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
        var project = token.RootElement.GetProperty("token").GetProperty("project").GetProperty("id").GetString();
        var http = new HttpClient { BaseAddress = new($"{Servers.Swift}v1/AUTH_{project}/") };
        http.DefaultRequestHeaders.Add("X-Auth-Token", answer.Headers.GetValues("X-Subject-Token").Single());
        return http;
    }
}
