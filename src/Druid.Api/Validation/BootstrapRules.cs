namespace Druid.Api.Validation;

/// <summary>Rules about bootstrapWithExistingCluster.</summary>
static class BootstrapRules
{
    const string Path = "spec.etcd.bootstrapWithExistingCluster";

    public static IReadOnlyList<Rule<Etcd>> All { get; } =
    [
        new Rule<Etcd>("bootstrap-url-malformed",
                "must be a URL of http or https with a host, such as https://10.0.0.1:2380",
                change => PeerUrls(change.Now, url => !Text.IsHttpUrl(url)).Concat(ClientUrls(change.Now, url => !Text.IsHttpUrl(url))))
            .InCel($"{Path}.members[].peerUrls[]", Cel.IsHttpUrl)
            .InCel($"{Path}.clientEndpoints[]", Cel.IsHttpUrl),
        new Rule<Etcd>("bootstrap-peer-url-without-tls",
                "peerUrls of bootstrapWithExistingCluster must begin with https://, because peerUrlTls is set",
                change => change.Now.Spec.Etcd.PeerUrlTls is null ? [] : PeerUrls(change.Now, IsNotHttps))
            .InCel("spec.etcd", "!has(self.bootstrapWithExistingCluster) || !has(self.peerUrlTls) || self.bootstrapWithExistingCluster.members.all(m, m.peerUrls.all(u, u.startsWith('https://')))"),
        new Rule<Etcd>("bootstrap-peer-url-with-tls",
                "peerUrls of bootstrapWithExistingCluster must begin with http://, because peerUrlTls is not set",
                change => change.Now.Spec.Etcd.PeerUrlTls is null ? PeerUrls(change.Now, IsNotHttp) : [])
            .InCel("spec.etcd", "!has(self.bootstrapWithExistingCluster) || has(self.peerUrlTls) || self.bootstrapWithExistingCluster.members.all(m, m.peerUrls.all(u, u.startsWith('http://')))"),
        new Rule<Etcd>("bootstrap-client-url-without-tls",
                "clientEndpoints of bootstrapWithExistingCluster must begin with https://, because clientUrlTls is set",
                change => change.Now.Spec.Etcd.ClientUrlTls is null ? [] : ClientUrls(change.Now, IsNotHttps))
            .InCel("spec.etcd", "!has(self.bootstrapWithExistingCluster) || !has(self.clientUrlTls) || self.bootstrapWithExistingCluster.clientEndpoints.all(u, u.startsWith('https://'))"),
        new Rule<Etcd>("bootstrap-client-url-with-tls",
                "clientEndpoints of bootstrapWithExistingCluster must begin with http://, because clientUrlTls is not set",
                change => change.Now.Spec.Etcd.ClientUrlTls is null ? ClientUrls(change.Now, IsNotHttp) : [])
            .InCel("spec.etcd", "!has(self.bootstrapWithExistingCluster) || has(self.clientUrlTls) || self.bootstrapWithExistingCluster.clientEndpoints.all(u, u.startsWith('http://'))"),
        new Rule<Etcd>("bootstrap-too-late",
                "bootstrapWithExistingCluster cannot be added to an Etcd that exists, because its members have founded a cluster of their own: create another Etcd with it",
                change => change is { Now.Spec.Etcd.BootstrapWithExistingCluster: not null, Before.Spec.Etcd.BootstrapWithExistingCluster: null } ? [new(Path, null)] : [])
            .InCel("spec.etcd", "!has(self.bootstrapWithExistingCluster) || has(oldSelf.bootstrapWithExistingCluster)"),
        new Rule<Etcd>("bootstrap-members-in-progress",
                "members of bootstrapWithExistingCluster cannot be changed while the cluster is being joined: wait until the condition BootstrappedWithExistingCluster is True",
                change => InProgress(change, (now, before) => !Same(now.Members, before.Members)) ? [new($"{Path}.members", null)] : [])
            .InCel("", WhileInProgress("members")),
        new Rule<Etcd>("bootstrap-endpoints-in-progress",
                "clientEndpoints of bootstrapWithExistingCluster cannot be changed while the cluster is being joined: wait until the condition BootstrappedWithExistingCluster is True",
                change => InProgress(change, (now, before) => !now.ClientEndpoints.ToHashSet().SetEquals(before.ClientEndpoints)) ? [new($"{Path}.clientEndpoints", null)] : [])
            .InCel("", WhileInProgress("clientEndpoints")),
        new Rule<Etcd>("bootstrap-member-twice",
                "members of bootstrapWithExistingCluster must have different names: put all URLs of a member into one entry",
                change => Members(change.Now).Where(member => Members(change.Now).Any(other => other.Index < member.Index && other.Item.Name == member.Item.Name)).Select(Named))
            .InCel("", "!has(self.spec.etcd.bootstrapWithExistingCluster) || self.spec.etcd.bootstrapWithExistingCluster.members.all(m, self.spec.etcd.bootstrapWithExistingCluster.members.exists_one(n, n.name == m.name))"),
        new Rule<Etcd>("bootstrap-member-is-own",
                "members of bootstrapWithExistingCluster must not be named like members of this Etcd: give this one a memberNamePrefix",
                change => Members(change.Now).Where(member => member.Item.Name.StartsWith(Names.Member(change.Now, 0)[..^1], StringComparison.Ordinal)).Select(Named))
            .InCel("", $"!has(self.spec.etcd.bootstrapWithExistingCluster) || self.spec.etcd.bootstrapWithExistingCluster.members.all(m, !m.name.startsWith({Cel.MemberPrefix}))"),
    ];

    static bool IsNotHttps(string url) => !url.StartsWith("https://", StringComparison.Ordinal);

    static bool IsNotHttp(string url) => !url.StartsWith("http://", StringComparison.Ordinal);

    static IEnumerable<(int Index, ExistingMember Item)> Members(Etcd etcd) => (etcd.Spec.Etcd.BootstrapWithExistingCluster?.Members ?? []).Index();

    static Offence Named((int Index, ExistingMember Item) member) => new($"{Path}.members[{member.Index}].name", Text.Quoted(member.Item.Name));

    static IEnumerable<Offence> PeerUrls(Etcd etcd, Func<string, bool> offends) =>
        from member in Members(etcd)
        from url in member.Item.PeerUrls.Index()
        where offends(url.Item)
        select new Offence($"{Path}.members[{member.Index}].peerUrls[{url.Index}]", Text.Quoted(url.Item));

    static IEnumerable<Offence> ClientUrls(Etcd etcd, Func<string, bool> offends) =>
        from url in (etcd.Spec.Etcd.BootstrapWithExistingCluster?.ClientEndpoints ?? []).Index()
        where offends(url.Item)
        select new Offence($"{Path}.clientEndpoints[{url.Index}]", Text.Quoted(url.Item));

    static bool InProgress(Change<Etcd> change, Func<BootstrapWithExistingCluster, BootstrapWithExistingCluster, bool> differs) =>
        change is { Now.Spec.Etcd.BootstrapWithExistingCluster: { } now, Before.Spec.Etcd.BootstrapWithExistingCluster: { } before }
        && change.Now.Status.Conditions.Any(c => c is { Type: ConditionType.BootstrappedWithExistingCluster, Status: ConditionStatus.False })
        && differs(now, before);

    static bool Same(IReadOnlyList<ExistingMember> now, IReadOnlyList<ExistingMember> before) =>
        now.Count == before.Count && now.Zip(before).All(pair => pair.First.Name == pair.Second.Name && pair.First.PeerUrls.ToHashSet().SetEquals(pair.Second.PeerUrls));

    static string WhileInProgress(string field) =>
        "!has(self.spec.etcd.bootstrapWithExistingCluster) || !has(oldSelf.spec.etcd.bootstrapWithExistingCluster)"
        + " || !has(self.status) || !has(self.status.conditions)"
        + $" || !self.status.conditions.exists(c, c.type == '{ConditionType.BootstrappedWithExistingCluster}' && c.status == '{ConditionStatus.False}')"
        + $" || self.spec.etcd.bootstrapWithExistingCluster.{field} == oldSelf.spec.etcd.bootstrapWithExistingCluster.{field}";
}
