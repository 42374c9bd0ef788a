using System.CommandLine;
using System.Runtime.InteropServices;
using Druid.Kubernetes.Client;
using Druid.Operator.Configuration;
using Druid.Operator.Images;
using Druid.Operator.Server;

namespace Druid.Operator.Commands;

/// <summary><c>druid-operator run</c>: the operator.</summary>
static class RunCommand
{
    static readonly Option<FileInfo?> Config = new("--config") { Description = "The operator's configuration file; defaults where there is none." };
    static readonly Option<FileInfo?> Kubeconfig = new("--kubeconfig") { Description = "The cluster to work on; found by the environment where it is not given." };
    static readonly Option<string> MemberImage = new("--member-image") { Description = "Image of the members' containers, where neither Etcd nor image vector names one.", Required = true };
    static readonly Option<string> ShellImage = new("--shell-image") { Description = "Image with a shell, for the init container that prepares a Local store.", Required = true };

    public static Command Create()
    {
        var command = new Command("run", "Runs the operator until it is stopped.") { Config, Kubeconfig, MemberImage, ShellImage };
        command.SetAction(Run);
        return command;
    }

    static async Task<int> Run(ParseResult arguments, CancellationToken cancel)
    {
        OperatorConfiguration configuration;
        ImageVector images;
        ClusterConfiguration cluster;
        try
        {
            configuration = arguments.GetValue(Config) is { } file ? await OperatorConfiguration.Load(file.FullName, cancel) : new();
            images = ImageVector.Of(arguments.GetRequiredValue(MemberImage), arguments.GetRequiredValue(ShellImage));
            if (Environment.GetEnvironmentVariable(ImageVector.OverwriteVariable) is { Length: > 0 } overwrite)
            {
                images = images.OverwrittenBy(await File.ReadAllTextAsync(overwrite, cancel));
            }
            cluster = arguments.GetValue(Kubeconfig) is { } kubeconfig ? ClusterConfiguration.FromKubeconfig(kubeconfig.FullName) : ClusterConfiguration.Detect();
        }
        catch (Exception error) when (error is Configuration.ConfigurationException or Kubernetes.Client.ConfigurationException or FormatException or IOException)
        {
            await Console.Error.WriteLineAsync($"druid-operator: {error.Message}");
            return 2;
        }
        using var log = Logging.Create(configuration.Logging);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            stop.Cancel();
        });
        log.Information("druid-operator {Version} starts", typeof(RunCommand).Assembly.GetName().Version?.ToString(3));
        var resting = new MemoryAtRest().Run(stop.Token);
        // Leadership that was lost is not taken up again by a process that may still hold old ideas.
        var ended = await new OperatorHost(cluster, configuration, images, log).Run(stop.Token);
        await stop.CancelAsync();
        await resting;
        return ended ? 0 : 1;
    }
}
