using Druid.Api;
using Druid.Api.Validation;
using Druid.Kubernetes;

namespace Druid.UnitTests.Api;

public class EtcdAdviceTests
{
    [Theory]
    [InlineData("replicas: 3", "")]
    [InlineData("replicas: 0", "")]
    [InlineData("replicas: 4", "spec.replicas is 4: an even number")]
    [InlineData("replicas: 9", "spec.replicas is 9: every write goes to every member")]
    [InlineData("etcd: {quota: 16Gi}\n  storageCapacity: 80Gi", "spec.etcd.quota is \"16Gi\": etcd is tested with databases of up to 8Gi")]
    [InlineData("storageCapacity: 8Gi", "spec.etcd.quota is \"8Gi\": the database may outgrow the volume")]
    [InlineData("etcd: {resources: {limits: {memory: 1Gi}}}", "spec.etcd.resources.limits.memory is \"1Gi\": etcd maps its database into memory")]
    [InlineData("etcd: {quota: 1Gi, resources: {limits: {memory: 2Gi}}}", "")]
    [InlineData("backup: {store: {prefix: a, container: abc}}", "spec.backup.store.provider: without a provider nothing is backed up")]
    [InlineData("backup: {store: {prefix: a, provider: S3}}", "spec.backup.store.container: without a container the store is not found")]
    [InlineData("etcd: {authSecretRef: {name: a, namespace: elsewhere}}", "spec.etcd.authSecretRef.namespace is \"elsewhere\": only Secrets of the Etcd's own namespace")]
    [InlineData("etcd: {authSecretRef: {name: a, namespace: shoots}}", "")]
    [InlineData("selector: {}", "spec.selector: is deprecated and has no effect")]
    [InlineData("backup: {snapshotCompaction: {eventsThreshold: 10, triggerFullSnapshotThreshold: 10}}", "spec.backup.snapshotCompaction.eventsThreshold is 10: from triggerFullSnapshotThreshold on")]
    public void What_is_probably_not_meant_is_told(string spec, string warning)
    {
        var manifest = Yaml.Read($"metadata:\n  name: main\n  namespace: shoots\nspec:\n  {spec}\n")!;

        var warnings = EtcdAdvice.Warnings(Etcd.Type.Read(manifest.ToJsonString()));

        if (warning.Length == 0) Assert.Empty(warnings);
        else Assert.StartsWith(warning, Assert.Single(warnings).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_operation_that_there_is_not_is_told()
    {
        var etcd = Etcds.Named("main");
        etcd = etcd with { Metadata = etcd.Metadata with { Annotations = new Dictionary<string, string> { [Annotations.Operation] = "restart" } } };

        Assert.Equal("metadata.annotations.druid.gardener.cloud/operation is \"restart\": is no operation: the only one is reconcile", Assert.Single(EtcdAdvice.Warnings(etcd)).ToString());
    }
}
