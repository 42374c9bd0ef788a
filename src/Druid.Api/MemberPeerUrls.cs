using Druid.Api.Schemas;

namespace Druid.Api;

/// <summary>Further peer URLs of one member.</summary>
public sealed record MemberPeerUrls
{
    /// <summary>The member: the Etcd's name, a dash and a number below replicas; with memberNamePrefix, the prefix and a dash before it.</summary>
    [Required, MaxLength(253), Pattern(Patterns.MemberName)]
    public string MemberName { get; init => field = value ?? ""; } = "";

    /// <summary>One to five URLs with scheme and host, such as https://10.0.0.1:2380; https exactly if peerUrlTls is set.</summary>
    [Required, MinItems(1), MaxItems(5), ListType("set"), MaxLength(2048, OfItems = true)]
    public IReadOnlyList<string> Urls { get; init => field = value ?? []; } = [];
}
