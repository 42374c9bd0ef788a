using Druid.Cli;
using Druid.Cli.Output;

namespace Druid.UnitTests.Cli;

/// <summary>What needs no cluster.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("frobnicate", "frobnicate")]
    [InlineData("suspend", "which Etcds? Give names, -l LABELS or --all.")]
    [InlineData("suspend a -A", "names go with neither -l, -A nor --all")]
    [InlineData("list a -l x=y", "names go with neither")]
    [InlineData("snapshot e --type delta --final", "only a full snapshot can be the last one")]
    [InlineData("snapshot e --wait --timeout soon", "--timeout: 'soon' is no time to wait: give one above zero, as in 90s or 10m.")]
    [InlineData("snapshot e --wait --timeout 0s", "--timeout: '0s' is no time to wait")]
    [InlineData("list -o xml", "xml")]
    [InlineData("explain Nowhere", "there is no state 'Nowhere'. There are: Creating, Ready")]
    [InlineData("list --kubeconfig /nowhere", "/nowhere does not exist")]
    public async Task What_was_not_understood_is_told_with_what_would_be(string arguments, string expected)
    {
        var (code, _, errors) = await Run(arguments);
        Assert.Equal(ExitCode.Usage, code);
        Assert.StartsWith("druid: ", errors, StringComparison.Ordinal);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_API_server_that_is_not_there_is_an_error_with_a_remedy()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, """
                {apiVersion: v1, kind: Config, current-context: c, contexts: [{name: c, context: {cluster: c}}], clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]}
                """);
            var (code, _, errors) = await Run($"list --kubeconfig {file}");
            Assert.Equal(ExitCode.Failed, code);
            Assert.Contains("Check that the API server runs and can be reached from here", errors, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Explain_says_what_a_state_is_and_what_leaves_it()
    {
        var (code, output, _) = await Run("explain scalingin/leaving");
        Assert.Equal(0, code);
        Assert.StartsWith("ScalingIn/Leaving  (machine etcd-lifecycle, region lifecycle)", output, StringComparison.Ordinal);
        Assert.Contains("It can wait for: all other members to participate.", output, StringComparison.Ordinal);
        Assert.Contains("What you can do: Set spec.replicas back to keep the member", output, StringComparison.Ordinal);
        Assert.Contains("1. when ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _druid druid kubectl-druid")]
    [InlineData("zsh", "compdef _druid druid kubectl-druid")]
    [InlineData("fish", "complete -f -c kubectl-druid")]
    public async Task Each_shell_gets_its_completion(string shell, string expected) =>
        Assert.Contains(expected, (await Run($"completion {shell}")).Output, StringComparison.Ordinal);

    [Fact]
    public async Task Help_lists_every_command()
    {
        var (code, output, _) = await Run("--help");
        Assert.Equal(0, code);
        foreach (var command in (string[])["list", "status", "reconcile", "suspend", "resume", "protect", "unprotect", "snapshot", "compact", "copy-backups", "components", "diagram", "explain", "completion"])
        {
            Assert.Matches($@"(?m)^  {command}", output);
        }
    }

    [Theory]
    [InlineData(-5, "0s")]
    [InlineData(45, "45s")]
    [InlineData(119, "119s")]
    [InlineData(600, "10m")]
    [InlineData(7200, "2h")]
    [InlineData(200000, "2d")]
    public void Ages_are_short(int seconds, string expected) => Assert.Equal(expected, Age.Of(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(seconds)));

    static async Task<(int Code, string Output, string Errors)> Run(string arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CommandLine.Run(arguments.Split(' '), output, errors, CancellationToken.None);
        return (code, output.ToString(), errors.ToString());
    }
}
