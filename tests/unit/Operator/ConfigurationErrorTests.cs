using Druid.Operator.Configuration;

namespace Druid.UnitTests.Operator;

/// <summary>Whoever writes a configuration that cannot be used is told file, field and remedy, and everything at once.</summary>
public sealed class ConfigurationErrorTests
{
    [Theory]
    // Not what it has to be.
    [InlineData("controllers: {etcd: {concurentSyncs: 9}}", "controllers.etcd.concurentSyncs: there is no such field; did you mean concurrentSyncs?")]
    [InlineData("etcd: {}", "etcd: there is no such field; there are clientConnection, leaderElection")]
    [InlineData("clientConnection: {QPS: 5}", "clientConnection.QPS: there is no such field; did you mean qps?")]
    [InlineData("clientConnection: {burst: many}", "clientConnection.burst: many is not a whole number.")]
    [InlineData("clientConnection: {qps: many}", "clientConnection.qps: many is not a number.")]
    [InlineData("leaderElection: {enabled: maybe}", "leaderElection.enabled: maybe is not true or false.")]
    [InlineData("leaderElection: {leaseDuration: soon}", "leaderElection.leaseDuration: soon is not a duration; write one as in 15s or 1h30m.")]
    [InlineData("server: {metrics: {bindAddress: 5}}", "server.metrics.bindAddress: 5 is not a text; put it between quotes.")]
    [InlineData("server: 8080", "server: 8080 is not a map of fields; there are metrics, webhooks.")]
    [InlineData("featureGates: [UpgradeEtcdVersion]", "featureGates: [\"UpgradeEtcdVersion\"] is not a map of names to true or false.")]
    [InlineData("webhooks: {etcdComponentProtection: {exemptServiceAccounts: one}}", "webhooks.etcdComponentProtection.exemptServiceAccounts: one is not a list of texts.")]
    [InlineData("kind: Deployment", "kind: Deployment is not to be had; write OperatorConfiguration, or leave the field out.")]
    [InlineData("leaderElection: {resourceLock: endpoints}", "leaderElection.resourceLock: endpoints is not to be had; write leases, or leave the field out.")]
    // Out of range.
    [InlineData("clientConnection: {qps: -1}", "clientConnection.qps: -1 is negative; give requests a second, or 0 for no limit.")]
    [InlineData("clientConnection: {burst: 0}", "clientConnection.burst: 0 is below 1; at least one request must be allowed.")]
    [InlineData("leaderElection: {leaseDuration: 5s}", "leaderElection.renewDeadline: 10s is not below leaseDuration (5s)")]
    [InlineData("leaderElection: {retryPeriod: 10s}", "leaderElection.retryPeriod: 10s is not below renewDeadline (10s)")]
    [InlineData("leaderElection: {retryPeriod: 0s}", "leaderElection.retryPeriod: 0s is not more than 0; give a duration such as 2s.")]
    [InlineData("leaderElection: {resourceName: \"\"}", "leaderElection.resourceName: is empty; give the lease a name.")]
    [InlineData("server: {metrics: {port: 0}}", "server.metrics.port: 0 is no port; give one from 1 to 65535.")]
    [InlineData("server: {metrics: {bindAddress: here}}", "server.metrics.bindAddress: 'here' is no IP address; give one, or leave it out for all.")]
    [InlineData("server: {webhooks: {port: 70000}}\nwebhooks: {specValidation: {enabled: true}}", "server.webhooks.port: 70000 is no port; give one from 1 to 65535.")]
    [InlineData("server: {webhooks: {port: 8080}}\nwebhooks: {specValidation: {enabled: true}}", "server.webhooks.port: 8080 is the port of server.metrics too; give another one.")]
    [InlineData("server: {webhooks: {bindAddress: here}}\nwebhooks: {specValidation: {enabled: true}}", "server.webhooks.bindAddress: 'here' is no IP address; give one, or leave it out for all.")]
    [InlineData("server: {webhooks: {serverCertDir: /nowhere}}\nwebhooks: {specValidation: {enabled: true}}", "server.webhooks.serverCertDir: there is no directory /nowhere; mount a Secret with tls.crt and tls.key there, or leave the field out")]
    [InlineData("webhooks: {etcdComponentProtection: {enabled: true}}", "webhooks.etcdComponentProtection.serviceAccountInfo: is missing, so the operator would lock itself out; give name and namespace of the service account it runs as.")]
    [InlineData("webhooks: {etcdComponentProtection: {enabled: true, reconcilerServiceAccountFQDN: u, serviceAccountInfo: {name: a, namespace: b}}}", "webhooks.etcdComponentProtection.reconcilerServiceAccountFQDN: stands beside serviceAccountInfo, which says the same; leave it out.")]
    [InlineData("webhooks: {etcdComponentProtection: {enabled: true, serviceAccountInfo: {namespace: b}}}", "webhooks.etcdComponentProtection.serviceAccountInfo.name: is empty")]
    [InlineData("webhooks: {etcdComponentProtection: {enabled: true, serviceAccountInfo: {name: a}}}", "webhooks.etcdComponentProtection.serviceAccountInfo.namespace: is empty")]
    [InlineData("webhooks: {etcdComponentProtection: {enabled: true, serviceAccountInfo: {name: a, namespace: b}, exemptServiceAccounts: [x, ' ']}}", "webhooks.etcdComponentProtection.exemptServiceAccounts[1]: is empty")]
    [InlineData("controllers: {etcd: {concurrentSyncs: 0}}", "controllers.etcd.concurrentSyncs: 0 is below 1; nothing would be reconciled.")]
    [InlineData("controllers: {compaction: {concurrentSyncs: 0}}", "controllers.compaction.concurrentSyncs: 0 is below 1")]
    [InlineData("controllers: {etcdCopyBackupsTask: {concurrentSyncs: 0}}", "controllers.etcdCopyBackupsTask.concurrentSyncs: 0 is below 1")]
    [InlineData("controllers: {etcdOpsTask: {concurrentSyncs: 0}}", "controllers.etcdOpsTask.concurrentSyncs: 0 is below 1")]
    [InlineData("controllers: {secret: {concurrentSyncs: 0}}", "controllers.secret.concurrentSyncs: 0 is below 1")]
    [InlineData("controllers: {etcd: {etcdStatusSyncPeriod: 0s}}", "controllers.etcd.etcdStatusSyncPeriod: 0s is not more than 0; give a duration such as 1m.")]
    [InlineData("controllers: {etcd: {etcdMember: {unknownThreshold: 0s}}}", "controllers.etcd.etcdMember.unknownThreshold: 0s is not more than 0")]
    [InlineData("controllers: {etcd: {etcdMember: {notReadyThreshold: 0s}}}", "controllers.etcd.etcdMember.notReadyThreshold: 0s is not more than 0")]
    [InlineData("controllers: {compaction: {activeDeadlineDuration: 0s}}", "controllers.compaction.activeDeadlineDuration: 0s is not more than 0")]
    [InlineData("controllers: {compaction: {retryPeriod: 0s}}", "controllers.compaction.retryPeriod: 0s is not more than 0")]
    [InlineData("controllers: {etcdOpsTask: {requeueInterval: 0s}}", "controllers.etcdOpsTask.requeueInterval: 0s is not more than 0")]
    [InlineData("controllers: {compaction: {metricsScrapeWaitDuration: -1s}}", "controllers.compaction.metricsScrapeWaitDuration: -1s is negative; give a duration, or 0 not to wait.")]
    [InlineData("controllers: {compaction: {eventsThreshold: 0}}", "controllers.compaction.eventsThreshold: 0 is below 1; give a number of events.")]
    [InlineData("controllers: {compaction: {triggerFullSnapshotThreshold: 1000000}}", "controllers.compaction.triggerFullSnapshotThreshold: 1000000 is not above eventsThreshold (1000000); no job would ever be started.")]
    [InlineData("featureGates: {Nonsense: true}", "featureGates.Nonsense: no such feature; there are UpgradeEtcdVersion, RollingUpdate and UseEtcdWrapper.")]
    [InlineData("featureGates: {UseEtcdWrapper: false}", "featureGates.UseEtcdWrapper: it cannot be turned off; remove the entry.")]
    [InlineData("tracing: {endpoint: collector}", "tracing.endpoint: 'collector' is no http or https URL; give one as in http://collector:4318, or leave it out for no traces.")]
    [InlineData("tracing: {samplingRatio: 2}", "tracing.samplingRatio: 2 is not from 0 to 1; give 1 for all reconciles, or 0.1 for every tenth.")]
    [InlineData("logging: {logLevel: loud}", "logging.logLevel: 'loud' is none of debug, info, error.")]
    [InlineData("logging: {logFormat: xml}", "logging.logFormat: 'xml' is neither json nor text.")]
    // No configuration at all.
    [InlineData("controllers: {", "it is no YAML: line ")]
    [InlineData("- 1", "it is no map of fields: begin with one, such as 'controllers:'.")]
    public async Task Every_error_names_file_field_and_remedy(string yaml, string expected)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, yaml);
            var error = await Assert.ThrowsAsync<ConfigurationException>(() => OperatorConfiguration.Load(file, default));
            Assert.Contains($"{file}: {expected}", error.Message, StringComparison.Ordinal);
            Assert.Single(error.Message.Split(Environment.NewLine));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Errors_of_every_sort_are_told_at_once()
    {
        var error = Assert.Throws<ConfigurationException>(() => OperatorConfiguration.Parse("""
            clientConnection: {qps: -1, burst: many}
            leaderElection: {enbled: true}
            server: {metrics: {port: 99999}}
            logging: {logLevel: loud}
            """));
        Assert.Equal(
            ["clientConnection.burst", "clientConnection.qps", "leaderElection.enbled", "logging.logLevel", "server.metrics.port"],
            error.Message.Split(Environment.NewLine).Select(line => line.Split(": ")[0]).Order());
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_told_with_what_to_do()
    {
        var error = await Assert.ThrowsAsync<ConfigurationException>(() => OperatorConfiguration.Load("/nowhere/config.yaml", default));
        Assert.Contains("--config: /nowhere/config.yaml cannot be read", error.Message, StringComparison.Ordinal);
        Assert.Contains("leave --config out for the defaults", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_file_of_the_reference_operator_says_is_understood()
    {
        var configuration = OperatorConfiguration.Parse("""
            apiVersion: config.druid.gardener.cloud/v1alpha1
            kind: OperatorConfiguration
            clientConnection: {qps: 100, burst: 150, contentType: "", acceptContentTypes: ""}
            leaderElection: {enabled: true, leaseDuration: 15s, renewDeadline: 10s, retryPeriod: 2s, resourceLock: leases, resourceName: druid-leader-election}
            server:
              webhooks: {bindAddress: "", port: 9443}
              metrics: {bindAddress: "", port: 8080}
            controllers:
              disableLeaseCache: false
              etcd: {concurrentSyncs: 3, enableEtcdSpecAutoReconcile: false, disableEtcdServiceAccountAutomount: false, etcdStatusSyncPeriod: 15s, etcdMember: {notReadyThreshold: 5m, unknownThreshold: 1m}}
              compaction: {enabled: true, concurrentSyncs: 3, eventsThreshold: 1000000, triggerFullSnapshotThreshold: 3000000, activeDeadlineDuration: 3h, metricsScrapeWaitDuration: 0s}
              etcdCopyBackupsTask: {enabled: true, concurrentSyncs: 3}
              secret: {concurrentSyncs: 10}
              etcdOpsTask: {concurrentSyncs: 3, requeueInterval: 15s}
            webhooks:
              etcdComponentProtection:
                enabled: true
                reconcilerServiceAccountFQDN: system:serviceaccount:garden:etcd-druid
                exemptServiceAccounts: [system:serviceaccount:kube-system:generic-garbage-collector]
            featureGates: {UpgradeEtcdVersion: false}
            logging: {logLevel: info, logFormat: json}
            """);
        Assert.Equal("system:serviceaccount:garden:etcd-druid", configuration.Webhooks.EtcdComponentProtection.OperatorUser);
        Assert.True(configuration.Controllers.Compaction.Enabled);
    }
}
