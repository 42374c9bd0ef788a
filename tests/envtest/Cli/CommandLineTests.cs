using System.Diagnostics;
using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Cli;
using Druid.EnvtestTests.Installed;
using Druid.Kubernetes;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.EnvtestTests.Cli;

/// <summary>What somebody at a shell, and a script, relies on: the program against a real API server, with an operator at work.</summary>
[Collection(nameof(InstalledOperator))]
public sealed class CommandLineTests(InstalledOperator installed) : IDisposable
{
    public void Dispose() => installed.VerifySteps();

    [Fact]
    public async Task List_and_status_tell_how_a_cluster_is()
    {
        var key = (await installed.Ready()).Key;
        var list = await Druid("list", "-n", key.Namespace);
        Assert.Equal(0, list.Code);
        Assert.Matches(@"(?m)^NAMESPACE +NAME +STATE +SERVING +BACKUP +READY +AGE +WAITING FOR", list.Output);
        Assert.Matches($@"(?m)^{key.Namespace} +e +Ready +Quorate +Idle +1/1 +\d+[sm] +-", list.Output);

        var status = await Druid("status", "e", "-n", key.Namespace);
        Assert.Contains($"Etcd {key}: 1/1 members ready", status.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^lifecycle +Ready +\d+s", status.Output);
        Assert.Matches(@"(?m)^e-0 +0a +Leader +Ready", status.Output);
        Assert.Matches(@"(?m)^\d+s +lifecycle +Creating +Ready +\S", status.Output);
        Assert.Matches(@"(?m)^AllMembersReady +True", status.Output);
    }

    [Fact]
    public async Task Scripts_get_the_objects_themselves()
    {
        var key = (await installed.Ready()).Key;
        var json = JsonNode.Parse((await Druid("status", "e", "-n", key.Namespace, "-o", "json")).Output)!;
        Assert.Equal("e", json["metadata"]!["name"]!.GetValue<string>());
        Assert.Contains(json["status"]!["lifecycle"]!["regions"]!.AsArray(), r => r!["name"]!.GetValue<string>() == "lifecycle" && r["state"]!.GetValue<string>() == "Ready");
        var list = Yaml.Read((await Druid("list", "-A", "-o", "yaml")).Output)!;
        Assert.Contains(list["items"]!.AsArray(), e => e!["metadata"]!["namespace"]!.GetValue<string>() == key.Namespace);
        var components = JsonNode.Parse((await Druid("components", "e", "-n", key.Namespace, "-o", "json")).Output)!;
        Assert.Contains(components["items"]!.AsArray(), o => o!["kind"]!.GetValue<string>() == "StatefulSet");
    }

    [Fact]
    public async Task Components_are_all_that_belongs_to_a_cluster()
    {
        var key = (await installed.Ready()).Key;
        var table = (await Druid("components", "e", "-n", key.Namespace)).Output;
        foreach (var row in (string[])["StatefulSet +e ", "Pod +e-0 .*Running", "PersistentVolumeClaim +e-e-0", "Service +e-client", "ConfigMap +e-config", "PodDisruptionBudget +e ", "Lease +e-0 .*0a:c0ffee:Leader", "Role +druid.gardener.cloud:etcd:e"])
        {
            Assert.Matches($"(?m)^{row}", table);
        }
    }

    [Fact]
    public async Task Labels_select_and_names_that_do_not_exist_are_an_error()
    {
        var key = (await installed.Ready()).Key;
        await installed.Client.Patch<Etcd>(key, PatchKind.Merge, new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["tier"] = key.Namespace } } });
        Assert.Single(JsonNode.Parse((await Druid("list", "-A", "-l", $"tier={key.Namespace}", "-o", "json")).Output)!["items"]!.AsArray());
        Assert.Empty(JsonNode.Parse((await Druid("list", "-A", "-l", "tier=none", "-o", "json")).Output)!["items"]!.AsArray());

        var missing = await Druid("status", "nobody", "-n", key.Namespace);
        Assert.Equal(ExitCode.Usage, missing.Code);
        Assert.Contains($"there is no Etcd 'nobody' in namespace '{key.Namespace}'", missing.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Suspend_resume_unprotect_and_protect_hold_until_they_are_undone()
    {
        var key = (await installed.Ready()).Key;
        foreach (var (on, off, annotation) in (IEnumerable<(string, string, string)>)[("suspend", "resume", Annotations.SuspendReconcile), ("unprotect", "protect", Annotations.DisableProtection)])
        {
            Assert.Equal(0, (await Druid(on, "e", "-n", key.Namespace)).Code);
            Assert.NotNull((await installed.Client.Get<Etcd>(key)).Annotation(annotation));
            Assert.Contains("already", (await Druid(on, "--all", "-n", key.Namespace)).Output, StringComparison.Ordinal);
            Assert.Equal(0, (await Druid(off, "e", "-n", key.Namespace)).Code);
            Assert.Null((await installed.Client.Get<Etcd>(key)).Annotation(annotation));
        }
    }

    [Fact]
    public async Task Reconcile_waits_until_all_is_done()
    {
        var key = (await installed.Ready()).Key;
        var changed = await installed.Client.Patch<Etcd>(key, PatchKind.Merge, new JsonObject { ["spec"] = new JsonObject { ["etcd"] = new JsonObject { ["quota"] = "3Gi" } } });
        var result = await Druid("reconcile", "e", "-n", key.Namespace, "--wait", "--timeout", "1m");
        Assert.True(result.Code == 0, result.Errors);
        Assert.Contains($"{key} is as declared", result.Output, StringComparison.Ordinal);
        Assert.Equal(changed.Metadata.Generation, (await installed.Client.Get<Etcd>(key)).Status.ObservedGeneration);
    }

    [Fact]
    public async Task A_wait_that_takes_too_long_says_how_far_it_came_and_has_a_code_of_its_own()
    {
        var key = new ObjectKey(await installed.Plane.NewNamespace("etcd"), "e");
        await installed.Client.Create(new Etcd { Metadata = new() { Namespace = key.Namespace, Name = "e" }, Spec = new() { Replicas = 1, Labels = new Dictionary<string, string> { ["app"] = "t" }, Etcd = new() { ClientUrlTls = new() { TlsCaSecretRef = new() { Name = "none" }, ServerTlsSecretRef = new() { Name = "none" }, ClientTlsSecretRef = new() { Name = "none" } } } } });
        var result = await Druid("reconcile", "e", "-n", key.Namespace, "--wait", "--timeout", "3s");
        Assert.Equal(ExitCode.TimedOut, result.Code);
        Assert.Contains("was not done within 3s", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snapshot_and_copy_create_the_tasks_and_say_which()
    {
        var ns = await installed.Plane.NewNamespace("etcd");
        foreach (var name in (string[])["a", "b"])
        {
            await installed.Client.Create(new Etcd
            {
                Metadata = new() { Namespace = ns, Name = name, Annotations = new Dictionary<string, string> { [Annotations.SuspendReconcile] = "" } },
                Spec = new() { Replicas = 1, Labels = new Dictionary<string, string> { ["app"] = "t" }, Backup = new() { Store = new() { Provider = "Local", Prefix = name, Container = "bucket" } } },
            });
        }
        var snapshot = await Druid("snapshot", "a", "-n", ns, "--final");
        Assert.Equal(0, snapshot.Code);
        var task = Assert.Single((await installed.Client.ListPage<EtcdOpsTask>(ns)).Items);
        Assert.Contains(task.Metadata.Name, snapshot.Output, StringComparison.Ordinal);
        Assert.Equal(("a", "full", true), (task.Spec.EtcdName, task.Spec.Config.OnDemandSnapshot!.Type, task.Spec.Config.OnDemandSnapshot.IsFinal));

        Assert.Equal(0, (await Druid("copy-backups", "a", "b", "-n", ns, "--max-backups", "2")).Code);
        var copy = Assert.Single((await installed.Client.ListPage<EtcdCopyBackupsTask>(ns)).Items);
        Assert.Equal(("a", "b", 2), (copy.Spec.SourceStore.Prefix, copy.Spec.TargetStore.Prefix, copy.Spec.MaxBackups));
    }

    [Fact]
    public async Task Backups_are_copied_across_namespaces_by_a_task_in_that_of_the_target()
    {
        var (shop, heir) = (await installed.Plane.NewNamespace("shop"), await installed.Plane.NewNamespace("heir"));
        await Suspended(shop, "main", new() { Provider = "S3", Prefix = "old", Container = "bucket", SecretRef = new() { Name = "store" } });
        await Suspended(shop, "bare", store: null);
        await Suspended(heir, "main", new() { Provider = "S3", Prefix = "new", Container = "bucket", SecretRef = new() { Name = "mine" } });
        string[] copy = ["copy-backups", $"{shop}/main", $"{heir}/main"];

        // The copy's pod cannot have a Secret of another namespace.
        await Misused([$"source: the credentials of Etcd {shop}/main", $"namespace '{heir}'", "--source-secret"], copy);
        await Misused([$"--source-secret: there is no Secret 'no-such' in namespace '{heir}'"], [.. copy, "--source-secret", "no-such"]);
        await Misused([$"source: there is no Etcd 'none' in namespace '{shop}'", "NAMESPACE/NAME"], "copy-backups", $"{shop}/none", $"{heir}/main");
        await Misused(["target: there is no Etcd 'main' in namespace 'nowhere'"], "copy-backups", $"{shop}/main", "nowhere/main");
        await Misused(["target: 'a/b/c' names no Etcd", "NAMESPACE/NAME"], "copy-backups", $"{shop}/main", "a/b/c");
        await Misused([$"source: Etcd {shop}/bare has no store", "spec.backup.store"], "copy-backups", $"{shop}/bare", $"{heir}/main");
        Assert.Empty((await installed.Client.ListPage<EtcdCopyBackupsTask>(heir)).Items);

        foreach (var name in (string[])["store", "theirs"])
        {
            await installed.Client.Create(new Secret { Metadata = new() { Namespace = heir, Name = name }, Data = new Dictionary<string, byte[]> { ["region"] = "x"u8.ToArray() } });
        }
        var done = await Druid(copy);
        Assert.True(done.Code == 0, done.Errors);
        Assert.Equal(0, (await Druid([.. copy, "--source-secret", "theirs", "-n", shop])).Code);
        var tasks = (await installed.Client.ListPage<EtcdCopyBackupsTask>(heir)).Items;
        Assert.Equal(["store", "theirs"], tasks.Select(t => t.Spec.SourceStore.SecretRef!.Name).Order());
        Assert.All(tasks, t => Assert.Equal(("old", "new", "mine"), (t.Spec.SourceStore.Prefix, t.Spec.TargetStore.Prefix, t.Spec.TargetStore.SecretRef!.Name)));
        Assert.Empty((await installed.Client.ListPage<EtcdCopyBackupsTask>(shop)).Items);
    }

    [Fact]
    public async Task Compact_asks_for_what_there_is_to_compact_and_only_for_that()
    {
        var ns = await installed.Plane.NewNamespace("etcd");
        var key = new ObjectKey(ns, "a");
        await installed.Client.Create(new Etcd
        {
            Metadata = new() { Namespace = ns, Name = "a", Annotations = new Dictionary<string, string> { [Annotations.SuspendReconcile] = "" } },
            Spec = new() { Replicas = 1, Labels = new Dictionary<string, string> { ["app"] = "t" }, Backup = new() { Store = new() { Provider = "Local", Prefix = "a", Container = "bucket" } } },
        });
        foreach (var (lease, revision) in (IEnumerable<(string, string)>)[("a-full-snap", "100"), ("a-delta-snap", "100")])
        {
            await installed.Client.Create(new Lease { Metadata = new() { Namespace = ns, Name = lease }, Spec = new() { HolderIdentity = revision } });
        }
        var nothing = await Druid("compact", "a", "-n", ns);
        Assert.Contains("nothing to compact", nothing.Output, StringComparison.Ordinal);
        Assert.Null((await installed.Client.Get<Etcd>(key)).Annotation(Annotations.CompactUpTo));

        await installed.Client.Patch<Lease>(new(ns, "a-delta-snap"), PatchKind.Merge, new JsonObject { ["spec"] = new JsonObject { ["holderIdentity"] = "250" } });
        Assert.Equal(0, (await Druid("compact", "a", "-n", ns)).Code);
        Assert.Equal("250", (await installed.Client.Get<Etcd>(key)).Annotation(Annotations.CompactUpTo));
    }

    [Fact]
    public async Task A_cluster_without_a_store_has_no_snapshot_taken()
    {
        var key = (await installed.Ready()).Key;
        var result = await Druid("snapshot", "e", "-n", key.Namespace);
        Assert.Equal(ExitCode.Usage, result.Code);
        Assert.Contains("set spec.backup.store", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_diagram_of_a_live_cluster_marks_where_it_is()
    {
        var key = (await installed.Ready()).Key;
        var mermaid = await Druid("diagram", "e", "-n", key.Namespace, "--overview");
        Assert.Contains("class lifecycle_Ready current", mermaid.Output, StringComparison.Ordinal);
        var dot = await Druid("diagram", "e", "-n", key.Namespace, "--format", "dot");
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(dot.Output, "(?m)lifecycle:.*penwidth=3"));
    }

    [Fact]
    public async Task The_program_itself_runs_as_kubectl_runs_it()
    {
        var key = (await installed.Ready()).Key;
        var program = Path.Combine(AppContext.BaseDirectory, "druid");
        var start = new ProcessStartInfo(program, ["list", "-n", key.Namespace, "-o", "json"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = installed.Plane.Kubeconfig;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await process.StandardError.ReadToEndAsync());
        Assert.Equal("e", JsonNode.Parse(output)!["items"]![0]!["metadata"]!["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task Completion_offers_the_names_of_the_cluster()
    {
        var key = (await installed.Ready()).Key;
        var line = $"status --kubeconfig {installed.Plane.Kubeconfig} -n {key.Namespace} ";
        var offers = await Run($"[suggest:{line.Length}]", line);
        Assert.Contains("e", offers.Output.Split('\n').Select(l => l.Trim()));
    }

    async Task Misused(string[] told, params string[] arguments)
    {
        var (code, _, errors) = await Druid(arguments);
        Assert.Equal(ExitCode.Usage, code);
        Assert.All(told, part => Assert.Contains(part, errors, StringComparison.Ordinal));
    }

    // The operator leaves it alone.
    Task<Etcd> Suspended(string ns, string name, StoreSpec? store) => installed.Client.Create(new Etcd
    {
        Metadata = new() { Namespace = ns, Name = name, Annotations = new Dictionary<string, string> { [Annotations.SuspendReconcile] = "" } },
        Spec = new() { Replicas = 1, Labels = new Dictionary<string, string> { ["app"] = "t" }, Backup = new() { Store = store } },
    });

    Task<(int Code, string Output, string Errors)> Druid(params string[] arguments) => Run([.. arguments, "--kubeconfig", installed.Plane.Kubeconfig]);

    static async Task<(int Code, string Output, string Errors)> Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CommandLine.Run(arguments, output, errors, CancellationToken.None);
        return (code, output.ToString(), errors.ToString());
    }
}
