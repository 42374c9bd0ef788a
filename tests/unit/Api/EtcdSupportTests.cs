using Druid.Api;
using Druid.Api.Validation;

namespace Druid.UnitTests.Api;

public class EtcdSupportTests
{
    [Fact]
    public void A_plain_cluster_needs_nothing_that_is_missing() => Assert.Empty(EtcdSupport.Unsupported(Etcds.Named("main").WithDefaults()));

    [Fact]
    public void A_field_without_effect_is_refused_with_what_to_do()
    {
        var etcd = Etcds.Named("main") with { Spec = new() { Backup = new() { Store = new() { Prefix = "a" } }, Etcd = new() { AuthSecretRef = new() { Name = "login" } } } };

        Assert.Equal(
            [
                "spec.backup.store: has no effect in this version of the operator: leave it out to run without backups",
                "spec.etcd.authSecretRef: has no effect in this version of the operator: leave it out and keep etcd's authentication disabled",
            ],
            EtcdSupport.Unsupported(etcd).Select(error => error.ToString()));
    }
}
