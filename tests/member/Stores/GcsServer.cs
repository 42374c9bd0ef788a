using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Druid.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Druid.MemberTests.Stores;

/// <summary>
/// As much of Google Cloud Storage's JSON API as a store uses, written after its documentation, because there is no such
/// server to install: objects in memory, uploads at once and in chunks, ranges, pages, retention, and a token service that
/// checks a service account's signature, another that exchanges the tokens of pods, and the metadata server of a machine.
/// </summary>
public sealed class GcsServer : IAsyncLifetime
{
    public const string Bucket = "druid-backups";
    public const string Account = "backup@druid.iam.gserviceaccount.com";
    const int Page = 100;
    const int Granule = 256 << 10;

    readonly RSA _key = RSA.Create(2048);
    readonly ConcurrentDictionary<string, Stored> _objects = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, (string Name, MemoryStream Content)> _sessions = new();
    readonly ConcurrentDictionary<string, bool> _tokens = new();

    // What was given for a pod's token. It opens no bucket, unless the pod itself was granted one.
    readonly ConcurrentDictionary<string, bool> _federated = new();
    HttpServer? _server;

    /// <summary>The provider of the identity pool that knows <see cref="PodToken"/>.</summary>
    public const string Audience = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/druid/providers/cluster";

    /// <summary>The token that the cluster gave to the pod.</summary>
    public string PodToken { get; set; } = "pod";

    /// <summary>Whether the pod may use the bucket without becoming a service account.</summary>
    public bool PodIsGranted { get; set; }

    public Uri Address => new($"http://127.0.0.1:{_server!.Port}");

    /// <summary>Uploads that were begun and neither finished nor ended.</summary>
    public IEnumerable<string> Unfinished => _sessions.Values.Select(session => session.Name);

    public async Task InitializeAsync() => _server = await HttpServer.Start([new(0)], Handle, default);

    public async Task DisposeAsync()
    {
        await _server!.DisposeAsync();
        _key.Dispose();
    }

    /// <summary>The key file of the service account, or of one that the token service does not know.</summary>
    public string KeyFile(bool wrong)
    {
        using var other = RSA.Create(2048);
        return new JsonObject
        {
            ["type"] = "service_account",
            ["project_id"] = "druid-project",
            ["client_email"] = Account,
            ["private_key"] = (wrong ? other : _key).ExportPkcs8PrivateKeyPem(),
            ["token_uri"] = $"{Address}token",
        }.ToJsonString();
    }

    public void Exclude(string name) => _objects[name] = _objects[name] with { Excluded = true };

    public void Retain(string name, DateTimeOffset until) => _objects[name] = _objects[name] with { RetainedUntil = until };

    /// <summary>Revokes all tokens.</summary>
    public void Revoke()
    {
        _tokens.Clear();
        _federated.Clear();
    }

    async Task Handle(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        if (target is ["computeMetadata", "v1", "instance", "service-accounts", "default", "token"] && context.Request.Headers["Metadata-Flavor"] == "Google")
        {
            await Grant(context);
            return;
        }
        if (target is ["token"])
        {
            await Token(context);
            return;
        }
        if (target is ["v1", "token"])
        {
            await Exchange(context);
            return;
        }
        if (target is ["v1", "projects", "-", "serviceAccounts", Account + ":generateAccessToken"])
        {
            await Impersonate(context);
            return;
        }
        if (context.Request.Headers.Authorization.ToString().Split(' ') is not ["Bearer", var token] || !_tokens.ContainsKey(token))
        {
            await Fail(context, 401, "authError");
            return;
        }
        if (target[0] != "session" && target.SkipWhile(part => part != "b").ElementAtOrDefault(1) != Bucket)
        {
            await Fail(context, 404, "notFound");
            return;
        }
        await (target switch
        {
            ["session", var id] => Session(context, id),
            ["upload", "storage", "v1", "b", _, "o"] => Begin(context),
            ["storage", "v1", "b", _, "o"] => List(context),
            ["storage", "v1", "b", _, "o", var name] when HttpMethods.IsDelete(context.Request.Method) => Delete(context, name),
            ["storage", "v1", "b", _, "o", var name] => Get(context, name),
            _ => Fail(context, 404, "notFound"),
        });
    }

    async Task Token(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var parts = form["assertion"].ToString().Split('.');
        using var claims = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]));
        var signed = _key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), System.Buffers.Text.Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        if (!signed || claims.RootElement.GetProperty("iss").GetString() != Account || form["grant_type"] != "urn:ietf:params:oauth:grant-type:jwt-bearer")
        {
            await Refuse(context, "invalid_grant", "Invalid JWT Signature.");
            return;
        }
        await Grant(context);
    }

    // RFC 8693, as Google's security token service has it.
    async Task Exchange(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        if (form["grant_type"] != "urn:ietf:params:oauth:grant-type:token-exchange" || form["requested_token_type"] != "urn:ietf:params:oauth:token-type:access_token"
            || form["subject_token_type"] != "urn:ietf:params:oauth:token-type:jwt" || form["scope"] != "https://www.googleapis.com/auth/cloud-platform")
        {
            await Refuse(context, "invalid_request", "Invalid value for a field of the request.");
            return;
        }
        if (form["audience"] != Audience || form["subject_token"] != PodToken)
        {
            await Refuse(context, "invalid_grant", "The given credential is rejected by the attribute condition.");
            return;
        }
        var token = Guid.NewGuid().ToString("N");
        (PodIsGranted ? _tokens : _federated)[token] = true;
        await context.Response.WriteAsync($$"""{"access_token":"{{token}}","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","token_type":"Bearer","expires_in":3599}""");
    }

    async Task Impersonate(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        if (context.Request.Headers.Authorization.ToString().Split(' ') is not ["Bearer", var federated] || !_federated.ContainsKey(federated))
        {
            await Fail(context, 401, "authError");
            return;
        }
        if (!body.RootElement.GetProperty("scope").EnumerateArray().Any(scope => scope.GetString() == "https://www.googleapis.com/auth/devstorage.read_write"))
        {
            await Fail(context, 400, "invalid");
            return;
        }
        var token = Guid.NewGuid().ToString("N");
        _tokens[token] = true;
        await context.Response.WriteAsync($$"""{"accessToken":"{{token}}","expireTime":"{{DateTimeOffset.UtcNow.AddHours(1):yyyy-MM-ddTHH:mm:ssZ}}"}""");
    }

    static Task Refuse(HttpContext context, string error, string description)
    {
        context.Response.StatusCode = 400;
        return context.Response.WriteAsync($$"""{"error":"{{error}}","error_description":"{{description}}"}""");
    }

    Task Grant(HttpContext context)
    {
        var token = Guid.NewGuid().ToString("N");
        _tokens[token] = true;
        return context.Response.WriteAsync($$"""{"access_token":"{{token}}","expires_in":3599,"token_type":"Bearer"}""");
    }

    async Task Begin(HttpContext context)
    {
        var name = context.Request.Query["name"].ToString();
        if (context.Request.Query["uploadType"] == "media")
        {
            using var content = new MemoryStream();
            await context.Request.Body.CopyToAsync(content);
            await Store(context, name, content.ToArray());
            return;
        }
        var id = Guid.NewGuid().ToString("N");
        _sessions[id] = (name, new());
        context.Response.Headers.Location = $"http://{context.Request.Host}/session/{id}";
    }

    async Task Session(HttpContext context, string id)
    {
        if (!_sessions.TryGetValue(id, out var session))
        {
            await Fail(context, _objects.Values.Any(stored => stored.Session == id) ? 200 : 410, "gone");
            return;
        }
        if (HttpMethods.IsDelete(context.Request.Method))
        {
            _sessions.TryRemove(id, out _);
            context.Response.StatusCode = 499;
            return;
        }
        // bytes FIRST-LAST/TOTAL, where the total may be *; or bytes */TOTAL to ask.
        var range = context.Request.Headers.ContentRange.ToString()["bytes ".Length..].Split('/');
        if (range[0] != "*")
        {
            using var chunk = new MemoryStream();
            await context.Request.Body.CopyToAsync(chunk);
            var first = long.Parse(range[0].Split('-')[0], CultureInfo.InvariantCulture);
            if (first != session.Content.Length || (range[1] == "*" && chunk.Length % Granule != 0))
            {
                await Fail(context, 400, "invalid");
                return;
            }
            chunk.WriteTo(session.Content);
        }
        if (range[1] != "*" && session.Content.Length == long.Parse(range[1], CultureInfo.InvariantCulture))
        {
            _sessions.TryRemove(id, out _);
            await Store(context, session.Name, session.Content.ToArray(), id);
            return;
        }
        context.Response.StatusCode = 308;
        if (session.Content.Length > 0) context.Response.Headers.Range = $"bytes=0-{session.Content.Length - 1}";
    }

    async Task Store(HttpContext context, string name, byte[] content, string? session = null)
    {
        if (_objects.TryGetValue(name, out var held) && held.RetainedUntil > DateTimeOffset.UtcNow)
        {
            await Fail(context, 403, "retentionPolicyNotMet");
            return;
        }
        _objects[name] = new(content, DateTimeOffset.UtcNow, Guid.NewGuid().ToString("N"), session);
        await context.Response.WriteAsync("{}");
    }

    async Task List(HttpContext context)
    {
        var (prefix, after) = (context.Request.Query["prefix"].ToString(), context.Request.Query["pageToken"].ToString());
        var names = _objects.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(name, after) > 0).Order(StringComparer.Ordinal).Take(Page + 1).ToList();
        var answer = new JsonObject();
        // An empty list is left out.
        if (names.Count > 0) answer["items"] = new JsonArray([.. names.Take(Page).Select(name => Describe(name, _objects[name]))]);
        if (names.Count > Page) answer["nextPageToken"] = names[Page - 1];
        await context.Response.WriteAsync(answer.ToJsonString());
    }

    static JsonObject Describe(string name, Stored stored)
    {
        var item = new JsonObject { ["name"] = name, ["size"] = stored.Content.Length.ToString(CultureInfo.InvariantCulture), ["updated"] = stored.Updated.ToString("O") };
        if (stored.RetainedUntil is { } until) item["retentionExpirationTime"] = until.ToString("O");
        if (stored.Excluded) item["metadata"] = new JsonObject { ["x-etcd-snapshot-exclude"] = "true" };
        return item;
    }

    async Task Get(HttpContext context, string name)
    {
        if (!_objects.TryGetValue(name, out var stored))
        {
            await Fail(context, 404, "notFound");
            return;
        }
        var offset = 0;
        if (context.Request.Headers.Range.ToString() is { Length: > 0 } range)
        {
            offset = int.Parse(range["bytes=".Length..].Split('-')[0], CultureInfo.InvariantCulture);
            context.Response.StatusCode = 206;
        }
        if (context.Request.Headers.IfMatch.ToString() is { Length: > 0 } tag && tag != $"\"{stored.Tag}\"")
        {
            await Fail(context, 412, "conditionNotMet");
            return;
        }
        context.Response.Headers.ETag = $"\"{stored.Tag}\"";
        context.Response.ContentLength = stored.Content.Length - offset;
        await context.Response.Body.WriteAsync(stored.Content.AsMemory(offset));
    }

    Task Delete(HttpContext context, string name)
    {
        if (!_objects.TryGetValue(name, out var stored)) return Fail(context, 404, "notFound");
        if (stored.RetainedUntil > DateTimeOffset.UtcNow) return Fail(context, 403, "retentionPolicyNotMet");
        _objects.TryRemove(name, out _);
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    static Task Fail(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync($$"""{"error":{"code":{{status}},"errors":[{"reason":"{{reason}}"}]} }""");
    }

    sealed record Stored(byte[] Content, DateTimeOffset Updated, string Tag, string? Session)
    {
        public bool Excluded { get; init; }

        public DateTimeOffset? RetainedUntil { get; init; }
    }
}
