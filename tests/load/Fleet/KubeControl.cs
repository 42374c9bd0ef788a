using System.Diagnostics;

namespace Druid.LoadTests.Fleet;

/// <summary>What a run needs of the API server besides clusters, by kubectl.</summary>
static class KubeControl
{
    /// <summary>Applies the custom resource definitions, as the operator's program prints them, and waits until they are served.</summary>
    public static async Task Define(string executable, string kubeconfig, CancellationToken cancel)
    {
        // Old servers do not know the rules in the schemas; without validation they drop them.
        await Run("\"$0\" crds | kubectl --kubeconfig \"$1\" apply --validate=false -f -", cancel, executable, kubeconfig);
        await Run("\"$0\" crds | kubectl --kubeconfig \"$1\" wait --for=condition=Established --timeout=30s -f -", cancel, executable, kubeconfig);
    }

    /// <summary>From now on no ConfigMap is accepted in a namespace, so that no cluster there gets beyond its first components.</summary>
    public static async Task AllowNoConfigMaps(string kubeconfig, string ns, CancellationToken cancel)
    {
        await Run("kubectl --kubeconfig \"$0\" -n \"$1\" create quota nothing --hard=count/configmaps=0", cancel, kubeconfig, ns);
        await Run("kubectl --kubeconfig \"$0\" -n \"$1\" wait --for=jsonpath='{.status.hard}' --timeout=30s quota/nothing", cancel, kubeconfig, ns);
    }

    static async Task Run(string script, CancellationToken cancel, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/bash", ["-o", "pipefail", "-c", script, .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var errors = process.StandardError.ReadToEndAsync(cancel);
        await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        if (process.ExitCode != 0) throw new InvalidOperationException($"'{script}' with {string.Join(' ', arguments)} failed: {await errors}");
    }
}
