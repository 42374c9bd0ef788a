using System.Text.Json.Nodes;
using Druid.Kubernetes;

namespace Druid.Member.Configuration;

/// <summary>
/// etcd's configuration of all members of a cluster, as the operator mounts it into each pod. It is etcd's own, save that
/// advertised URLs are maps from a member's name to its URLs, and that member names may have a prefix.
/// </summary>
sealed class ClusterConfig
{
    const string PeerUrlsKey = "initial-advertise-peer-urls";
    const string ClientUrlsKey = "advertise-client-urls";
    const string PrefixKey = "member-name-prefix";

    readonly JsonObject _root;
    readonly string _source;

    ClusterConfig(JsonObject root, string source)
    {
        (_root, _source) = (root, source);
        DataDirectory = Text("data-dir") ?? throw Problem("data-dir is missing: name the directory of etcd's data");
        InitialCluster = ParseInitialCluster(Text("initial-cluster") ?? throw Problem("initial-cluster is missing: list the members as name=peerURL"));
    }

    /// <summary>etcd's data directory.</summary>
    public string DataDirectory { get; }

    /// <summary>The members that the cluster is to have, one entry a peer URL.</summary>
    public IReadOnlyList<MemberUrl> InitialCluster { get; }

    /// <summary>The token that tells clusters apart which are founded with the same members.</summary>
    public string Token => Text("initial-cluster-token") ?? "etcd-cluster";

    /// <summary>How many members the cluster is to have.</summary>
    public int Size => InitialCluster.Select(m => m.Name).Distinct().Count();

    /// <summary>Reads a configuration.</summary>
    /// <param name="yaml">Its text.</param>
    /// <param name="source">Where it is from, for messages.</param>
    /// <exception cref="ConfigException">The text is not such a configuration.</exception>
    public static ClusterConfig Parse(string yaml, string source)
    {
        try
        {
            return Yaml.Read(yaml) is JsonObject root
                ? new(root, source)
                : throw new ConfigException($"{source}: is empty; expected etcd's configuration");
        }
        catch (YamlFormatException malformed)
        {
            throw new ConfigException($"{source}: {malformed.Message}", malformed);
        }
    }

    /// <summary>The name of the member that runs in a pod.</summary>
    public string MemberName(string pod) => Text(PrefixKey) is { Length: > 0 } prefix ? $"{prefix}-{pod}" : pod;

    /// <summary>The peer URLs that a member advertises.</summary>
    /// <exception cref="ConfigException">The configuration has none for it.</exception>
    public IReadOnlyList<string> PeerUrls(string member) => Urls(PeerUrlsKey, member);

    /// <summary>The client URLs that a member advertises.</summary>
    /// <exception cref="ConfigException">The configuration has none for it.</exception>
    public IReadOnlyList<string> ClientUrls(string member) => Urls(ClientUrlsKey, member);

    /// <summary>Whether the configuration is for a cluster with this member.</summary>
    public bool HasMember(string member) => _root[PeerUrlsKey] is JsonObject urls && urls.ContainsKey(member);

    /// <summary>The client URLs of all other members.</summary>
    public IReadOnlyList<string> ClientUrlsOfOthers(string member) =>
        _root[ClientUrlsKey] is JsonObject all ? [.. all.Where(entry => entry.Key != member).SelectMany(entry => UrlsIn(entry.Value))] : [];

    /// <summary>Whether a member's peer traffic is encrypted: all its peer URLs are <c>https</c>.</summary>
    public bool HasPeerTls(string member) => PeerUrls(member).All(url => url.StartsWith("https://", StringComparison.Ordinal));

    /// <summary>
    /// etcd's configuration of one member, plain, in YAML. etcd looks at the initial cluster only while it has no data.
    /// </summary>
    public string Render(string member, InitialCluster initial)
    {
        var own = (JsonObject)_root.DeepClone();
        own.Remove(PrefixKey);
        own["name"] = member;
        own[PeerUrlsKey] = string.Join(',', PeerUrls(member));
        own[ClientUrlsKey] = string.Join(',', ClientUrls(member));
        own["initial-cluster"] = string.Join(',', initial.Members.Select(m => $"{m.Name}={m.PeerUrl}"));
        own["initial-cluster-state"] = initial.Exists ? "existing" : "new";
        // etcd 3.4 logs free text unless told otherwise.
        own.TryAdd("logger", "zap");
        if (initial.ForceNew)
            own["force-new-cluster"] = true;
        return Yaml.Write(own);
    }

    List<string> Urls(string key, string member)
    {
        if (_root[key] is not JsonObject all)
            throw Problem($"{key} is not a map from member names to URLs");
        var urls = UrlsIn(all[member]);
        return urls.Count > 0 ? urls : throw Problem($"{key} has no URL of member {member}, only of {string.Join(", ", all.Select(entry => entry.Key))}");
    }

    static List<string> UrlsIn(JsonNode? node) => node switch
    {
        JsonArray list => [.. list.Select(url => url?.ToString() ?? "").Where(url => url.Length > 0)],
        JsonValue one => [.. one.ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
        _ => [],
    };

    List<MemberUrl> ParseInitialCluster(string text)
    {
        var members = new List<MemberUrl>();
        foreach (var entry in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (entry.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var split))
                throw Problem($"initial-cluster has '{entry}'; expected name=peerURL");
            members.Add(new(entry[..split], entry[(split + 1)..]));
        }
        return members.Count > 0 ? members : throw Problem("initial-cluster is empty: list the members as name=peerURL");
    }

    string? Text(string key) => _root[key] is JsonValue value ? value.ToString() : null;

    ConfigException Problem(string what) => new($"{_source}: {what}");
}

/// <summary>One peer URL of a member.</summary>
readonly record struct MemberUrl(string Name, string PeerUrl);

/// <summary>What etcd without data is to start as.</summary>
/// <param name="Exists">It joins a cluster that exists; otherwise it founds one together with the members listed.</param>
/// <param name="Members">All members that the cluster has at that moment, itself included.</param>
/// <param name="ForceNew">It founds a cluster of its own from the data that it has, and forgets all other members.</param>
sealed record InitialCluster(bool Exists, IReadOnlyList<MemberUrl> Members, bool ForceNew = false);

/// <summary>A configuration that cannot be used; the message names file, key and remedy.</summary>
sealed class ConfigException(string message, Exception? inner = null) : Exception(message, inner);
