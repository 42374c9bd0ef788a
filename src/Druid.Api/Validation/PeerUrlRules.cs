using System.Globalization;

namespace Druid.Api.Validation;

/// <summary>Rules about additionalAdvertisePeerURLs.</summary>
static class PeerUrlRules
{
    const string Path = "spec.etcd.additionalAdvertisePeerURLs";

    public static IReadOnlyList<Rule<Etcd>> All { get; } =
    [
        new Rule<Etcd>("peer-url-malformed",
                "must be a URL of http or https with a host, such as https://10.0.0.1:2380",
                change => Urls(change.Now, url => !Text.IsHttpUrl(url)))
            .InCel($"{Path}[].urls[]", Cel.IsHttpUrl),
        new Rule<Etcd>("peer-url-without-tls",
                "additionalAdvertisePeerURLs must begin with https://, because peerUrlTls is set",
                change => change.Now.Spec.Etcd.PeerUrlTls is null ? [] : Urls(change.Now, url => !url.StartsWith("https://", StringComparison.Ordinal)))
            .InCel("spec.etcd", $"!has(self.additionalAdvertisePeerURLs) || !has(self.peerUrlTls) || self.additionalAdvertisePeerURLs.all(m, m.urls.all(u, u.startsWith('https://')))"),
        new Rule<Etcd>("peer-url-with-tls",
                "additionalAdvertisePeerURLs must begin with http://, because peerUrlTls is not set",
                change => change.Now.Spec.Etcd.PeerUrlTls is null ? Urls(change.Now, url => !url.StartsWith("http://", StringComparison.Ordinal)) : [])
            .InCel("spec.etcd", $"!has(self.additionalAdvertisePeerURLs) || has(self.peerUrlTls) || self.additionalAdvertisePeerURLs.all(m, m.urls.all(u, u.startsWith('http://')))"),
        new Rule<Etcd>("peer-url-of-stranger",
                "additionalAdvertisePeerURLs must be for members of this Etcd: memberName is memberNamePrefix and a dash where there is one, then the Etcd's name, a dash and a number",
                change => Names(change.Now, (_, number) => number is null))
            .InCel("", $"!has(self.spec.etcd.additionalAdvertisePeerURLs) || self.spec.etcd.additionalAdvertisePeerURLs.all(m, m.memberName.substring(0, m.memberName.lastIndexOf('-') + 1) == {Cel.MemberPrefix})"),
        new Rule<Etcd>("peer-url-of-no-replica",
                "additionalAdvertisePeerURLs must be for members that there are: the number at the end of memberName is below replicas, counted from 0",
                change => Names(change.Now, (etcd, number) => number >= etcd.Spec.Replicas))
            // As double, because int fails where the digits are too many for it.
            .InCel("", "!has(self.spec.etcd.additionalAdvertisePeerURLs) || self.spec.etcd.additionalAdvertisePeerURLs.all(m, double(m.memberName.substring(m.memberName.lastIndexOf('-') + 1)) < double(self.spec.replicas))"),
        new("peer-urls-twice",
            "additionalAdvertisePeerURLs must name each member once: put all its URLs into one entry",
            change => Entries(change.Now).Where(entry => Entries(change.Now).Any(other => other.Index < entry.Index && other.Urls.MemberName == entry.Urls.MemberName))
                .Select(entry => new Offence($"{Path}[{entry.Index}].memberName", Text.Quoted(entry.Urls.MemberName)))),
    ];

    static IEnumerable<(int Index, MemberPeerUrls Urls)> Entries(Etcd etcd) => etcd.Spec.Etcd.AdditionalAdvertisePeerUrls.Index();

    static IEnumerable<Offence> Urls(Etcd etcd, Func<string, bool> offends) =>
        from entry in Entries(etcd)
        from url in entry.Urls.Urls.Index()
        where offends(url.Item)
        select new Offence($"{Path}[{entry.Index}].urls[{url.Index}]", Text.Quoted(url.Item));

    static IEnumerable<Offence> Names(Etcd etcd, Func<Etcd, int?, bool> offends) =>
        from entry in Entries(etcd)
        where offends(etcd, Number(etcd, entry.Urls.MemberName))
        select new Offence($"{Path}[{entry.Index}].memberName", Text.Quoted(entry.Urls.MemberName));

    // The ordinal of a member of this Etcd; the greatest number where it does not fit; null for any other name.
    static int? Number(Etcd etcd, string member)
    {
        var prefix = Api.Names.Member(etcd, 0)[..^1];
        if (!member.StartsWith(prefix, StringComparison.Ordinal)) return null;
        var digits = member[prefix.Length..];
        if (digits.Length == 0 || !digits.All(char.IsAsciiDigit)) return null;
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;
    }
}

/// <summary>Expressions that several rules share.</summary>
static class Cel
{
    /// <summary>self is a URL of http or https with a host.</summary>
    public const string IsHttpUrl = "(self.startsWith('http://') || self.startsWith('https://')) && isURL(self) && url(self).getHostname() != ''";

    /// <summary>What the names of all members of self, an Etcd, begin with.</summary>
    public const string MemberPrefix = "(has(self.spec.memberNamePrefix) ? self.spec.memberNamePrefix + '-' : '') + self.metadata.name + '-'";
}
