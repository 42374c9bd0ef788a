using System.Text;

namespace Druid.Kubernetes.Client;

/// <summary>One request to the API, before anything is known of connections and credentials.</summary>
sealed record ApiRequest(string Verb, HttpMethod Method, string Resource, string Path)
{
    public const string Json = "application/json";

    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    public ReadOnlyMemory<byte> Body { get; init; }

    public string ContentType { get; init; } = Json;

    public string Accept { get; init; } = Json;

    /// <summary>Whether doing it twice comes to the same as doing it once.</summary>
    public bool Idempotent { get; init; }

    /// <summary>Whether a refusal for load (429, 503) is waited out; an eviction's 429 is an answer.</summary>
    public bool WaitsOutLoad { get; init; } = true;

    /// <summary>Whether the rate limit counts it.</summary>
    public bool Limited { get; init; } = true;

    /// <summary>Whether it shares its connection with no other, so that its answer can be left unread.</summary>
    public bool OwnConnection { get; init; }

    public bool IsWrite => Method != HttpMethod.Get;

    /// <summary>As errors name it: <c>apply statefulsets.apps shop/main</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Verb).Append(' ').Append(Resource);
        if (Namespace.Length > 0 || Name.Length > 0) text.Append(' ');
        if (Namespace.Length > 0) text.Append(Namespace).Append('/');
        return text.Append(Name).ToString();
    }
}

/// <summary>Builds the paths of the API.</summary>
static class ApiPath
{
    public static string Of(string group, string version, string plural, string? ns, string? name = null, string? subresource = null)
    {
        var path = new StringBuilder(group.Length == 0 ? "/api/" : "/apis/");
        if (group.Length > 0) path.Append(group).Append('/');
        path.Append(version);
        if (!string.IsNullOrEmpty(ns)) path.Append("/namespaces/").Append(Uri.EscapeDataString(ns));
        path.Append('/').Append(plural);
        if (!string.IsNullOrEmpty(name)) path.Append('/').Append(Uri.EscapeDataString(name));
        if (subresource is not null) path.Append('/').Append(subresource);
        return path.ToString();
    }

    /// <summary>Appends the parameters that have a value.</summary>
    public static string WithQuery(string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var text = new StringBuilder(path);
        var separator = '?';
        foreach (var (name, value) in parameters)
        {
            if (string.IsNullOrEmpty(value)) continue;
            text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }
        return text.ToString();
    }
}
