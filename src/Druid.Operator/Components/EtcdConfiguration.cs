using System.Globalization;
using Druid.Api;

namespace Druid.Operator.Components;

/// <summary>
/// The text of <c>etcd.conf.yaml</c>: one for all members. What differs between members is a map from the member's name; the
/// sidecar turns it into the plain value of the member that asks.
/// </summary>
static class EtcdConfiguration
{
    /// <summary>Keys that say what members were made with.</summary>
    public const string MemberNamePrefix = "member-name-prefix", InitialCluster = "initial-cluster";

    /// <summary>The configuration of a cluster of <paramref name="size"/> members. Keys are in alphabetical order.</summary>
    public static string Render(RenderContext context, int size)
    {
        var etcd = context.Listening;
        var spec = etcd.Spec.Etcd;
        var members = Enumerable.Range(0, size).ToList();
        return new ConfigText()
            .Lists("advertise-client-urls", [.. from i in members select (Names.Member(etcd, i), ClientUrls(etcd, i))])
            .Text("auto-compaction-mode", etcd.Spec.SharedConfig.AutoCompactionMode ?? CompactionMode.Periodic)
            .Text("auto-compaction-retention", etcd.Spec.SharedConfig.AutoCompactionRetention ?? EtcdDefaults.AutoCompactionRetention)
            // A key of etcd 3.5: not there for the older one.
            .Text("backend-bbolt-freelist-type", context.UpgradeEtcdVersion ? spec.BackendBboltFreelistType ?? FreelistType.Array : null)
            .Map("client-transport-security", Security(TlsFiles.OfClients(etcd)))
            .Text("data-dir", Files.DataDirectory)
            .Flag("enable-grpc-gateway", spec.EnableGrpcGateway ?? false)
            .Lists("initial-advertise-peer-urls", [.. from i in members select (Names.Member(etcd, i), PeerUrls(etcd, i))])
            .Text(InitialCluster, string.Join(',', Founders(etcd, members)))
            .Text("initial-cluster-state", "new")
            .Text("initial-cluster-token", "etcd-cluster")
            .Text("listen-client-urls", Listen(spec.ClientUrlTls is not null, etcd.ClientPort))
            .Text("listen-peer-urls", Listen(spec.PeerUrlTls is not null, etcd.PeerPort))
            .Text(MemberNamePrefix, string.IsNullOrEmpty(etcd.Spec.MemberNamePrefix) ? null : etcd.Spec.MemberNamePrefix)
            .Text("metrics", spec.Metrics ?? MetricsLevel.Basic)
            .Text("name", "etcd-config")
            .Flag("next-cluster-version-compatible", true)
            .Map("peer-transport-security", Security(TlsFiles.OfPeers(context), context.PeerSecrets?.SkipClientSanVerification ?? false))
            .Number("quota-backend-bytes", (spec.Quota ?? EtcdDefaults.Quota).RoundedUp)
            .Number("snapshot-count", spec.SnapshotCount ?? EtcdDefaults.SnapshotCount)
            .ToString();
    }

    /// <summary>The sizes of cluster that the spec's settings can be for: at least all members that have URLs of their own.</summary>
    public static int SmallestSize(Etcd etcd) =>
        etcd.Spec.Etcd.AdditionalAdvertisePeerUrls.Select(urls => Ordinal(urls.MemberName) + 1).DefaultIfEmpty(0).Max();

    static IReadOnlyList<string> ClientUrls(Etcd etcd, int ordinal) => [Urls.Client(etcd, ordinal)];

    static IReadOnlyList<string> PeerUrls(Etcd etcd, int ordinal)
    {
        var more = etcd.Spec.Etcd.AdditionalAdvertisePeerUrls.FirstOrDefault(urls => urls.MemberName == Names.Member(etcd, ordinal));
        return [Urls.Peer(etcd, ordinal), .. more?.Urls ?? []];
    }

    static IEnumerable<string> Founders(Etcd etcd, IEnumerable<int> members) =>
        (from i in members from url in PeerUrls(etcd, i) select $"{Names.Member(etcd, i)}={url}")
        .Concat(
            from member in etcd.Spec.Etcd.BootstrapWithExistingCluster?.Members ?? []
            from url in member.PeerUrls
            select $"{member.Name}={url}");

    static string Listen(bool tls, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"{(tls ? "https" : "http")}://0.0.0.0:{port}");

    static ConfigText? Security(TlsFiles? tls, bool skipClientNames = false)
    {
        if (tls is null) return null;
        var text = new ConfigText()
            .Flag("auto-tls", false)
            .Text("cert-file", tls.Server.Certificate)
            .Flag("client-cert-auth", true)
            .Text("key-file", tls.Server.Key);
        if (skipClientNames) text.Flag("skip-client-san-verification", true);
        return text.Text("trusted-ca-file", tls.AuthoritiesFile);
    }

    static int Ordinal(string memberName) =>
        int.TryParse(memberName.AsSpan(memberName.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal) ? ordinal : 0;
}
