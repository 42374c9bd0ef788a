using System.Text.Json.Nodes;
using Druid.Member.Stores;
using Druid.Member.Stores.Gcs;

namespace Druid.MemberTests.Stores;

/// <summary>
/// A pod's own identity at Google: its token is exchanged, and what it is exchanged for becomes a service account's. Google's
/// addresses lead to the test tree's server; everything else is as in a cluster.
/// </summary>
public sealed class GcsIdentityTests : IAsyncLifetime, IAsyncDisposable
{
    const string Impersonation = $"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{GcsServer.Account}:generateAccessToken";

    readonly GcsServer _server = new();
    readonly Secret _secret = new();
    readonly List<string> _hosts = [];
    GcsStore _store = null!;

    public async Task InitializeAsync()
    {
        await _server.InitializeAsync();
        Mount(Impersonation, "pod");
        _store = new(
            new() { Provider = StoreProvider.Gcs, Container = GcsServer.Bucket, Prefix = "p" },
            name => name == "GOOGLE_APPLICATION_CREDENTIALS" ? Path.Combine(_secret.Directory, "serviceaccount.json") : null,
            TimeProvider.System,
            inner => new Detour(inner, _server.Address, _hosts));
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _server.DisposeAsync();
        _secret.Dispose();
    }

    [Fact]
    public async Task The_pods_token_is_exchanged_and_becomes_the_service_account_that_may_use_the_bucket()
    {
        await _store.Write("v2/a", new MemoryStream([1, 2]), default);

        Assert.Equal(["v2/a"], await Names());
        Assert.Equal(["sts.googleapis.com", "iamcredentials.googleapis.com", "storage.googleapis.com", "storage.googleapis.com"], _hosts);
    }

    [Fact]
    public async Task A_pod_that_was_granted_the_bucket_needs_no_service_account()
    {
        _server.PodIsGranted = true;
        Mount(impersonation: null, "pod");

        await _store.Write("v2/a", new MemoryStream([1]), default);

        Assert.Equal(["v2/a"], await Names());
    }

    [Fact]
    public async Task Without_becoming_a_service_account_a_pod_that_was_granted_nothing_is_refused()
    {
        Mount(impersonation: null, "pod");

        Assert.Equal(StoreError.Denied, (await Assert.ThrowsAsync<StoreException>(Names)).Error);
    }

    [Fact]
    public async Task A_token_that_the_pool_does_not_accept_is_told_with_what_was_tried()
    {
        Mount(Impersonation, "of another cluster");

        var refused = await Assert.ThrowsAsync<StoreException>(Names);

        Assert.Equal(StoreError.Denied, refused.Error);
        Assert.Contains("exchange the pod's token", refused.Message, StringComparison.Ordinal);
        Assert.Contains("attribute condition", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_pods_token_is_read_with_each_exchange_as_the_cluster_replaces_it()
    {
        Mount(Impersonation, "yesterday's");
        await Assert.ThrowsAsync<StoreException>(Names);

        // The file beside the credentials changes, and they do not.
        _server.PodToken = "today's";
        Mount(Impersonation, "today's");

        Assert.Empty(await Names());
    }

    [Fact]
    public async Task A_pod_without_its_token_says_so()
    {
        File.Delete(Path.Combine(_secret.Directory, "token"));

        var refused = await Assert.ThrowsAsync<StoreException>(Names);

        Assert.Contains("the pod's token cannot be read", refused.Message, StringComparison.Ordinal);
    }

    async Task<List<string>> Names()
    {
        var names = new List<string>();
        await foreach (var found in _store.List("", default)) names.Add(found.Name);
        return names;
    }

    void Mount(string? impersonation, string token)
    {
        var identity = new JsonObject
        {
            ["type"] = "external_account",
            ["audience"] = GcsServer.Audience,
            ["subject_token_type"] = "urn:ietf:params:oauth:token-type:jwt",
            ["token_url"] = "https://sts.googleapis.com/v1/token",
            ["credential_source"] = new JsonObject { ["file"] = Path.Combine(_secret.Directory, "token") },
        };
        if (impersonation is not null) identity["service_account_impersonation_url"] = impersonation;
        _secret.Replace(("serviceaccount.json", identity.ToJsonString()), ("token", token));
    }

    /// <summary>Has Google's addresses lead to a server on this machine.</summary>
    sealed class Detour(HttpMessageHandler inner, Uri server, ICollection<string> hosts) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var asked = request.RequestUri!;
            if (asked.Host != server.Host)
            {
                Assert.Equal("https", asked.Scheme);
                hosts.Add(asked.Host);
                request.RequestUri = new UriBuilder(asked) { Scheme = server.Scheme, Host = server.Host, Port = server.Port }.Uri;
            }
            return base.SendAsync(request, cancellationToken);
        }
    }
}
