using System.Diagnostics;

namespace Druid.LoadTests.Fleet;

/// <summary>The custom resource definitions, as the operator's program prints them.</summary>
static class Definitions
{
    /// <summary>Applies them and waits until they are served.</summary>
    public static async Task Apply(string executable, string kubeconfig, CancellationToken cancel)
    {
        // Old servers do not know the rules in the schemas; without validation they drop them.
        await Run($"\"$0\" crds | kubectl --kubeconfig \"$1\" apply --validate=false -f -", executable, kubeconfig, cancel);
        await Run($"\"$0\" crds | kubectl --kubeconfig \"$1\" wait --for=condition=Established --timeout=30s -f -", executable, kubeconfig, cancel);
    }

    static async Task Run(string script, string executable, string kubeconfig, CancellationToken cancel)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/bash", ["-o", "pipefail", "-c", script, executable, kubeconfig]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var errors = process.StandardError.ReadToEndAsync(cancel);
        await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        if (process.ExitCode != 0) throw new InvalidOperationException($"The custom resource definitions were not accepted: {await errors}");
    }
}
