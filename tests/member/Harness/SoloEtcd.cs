using System.Diagnostics;
using System.Globalization;
using Druid.Member.Etcd;
using Druid.Member.Etcd.Rpc;
using Druid.Testing;
using Google.Protobuf;

namespace Druid.MemberTests.Harness;

/// <summary>An etcd of one member without agents, on the loopback interface.</summary>
sealed class SoloEtcd : IAsyncDisposable
{
    readonly Process _process;

    SoloEtcd(Process process, string directory, EtcdClient client) => (_process, Directory, Client) = (process, directory, client);

    /// <summary>Its data directory.</summary>
    public string Directory { get; }

    /// <summary>A client of it.</summary>
    public EtcdClient Client { get; }

    /// <summary>Starts it on a directory, with the data that is there or without any.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="serves">Whether to wait until it answers anybody; one that asks for a user does not.</param>
    /// <param name="quota">Bytes that its database may have.</param>
    public static async Task<SoloEtcd> Start(string directory, bool serves = true, long quota = 8L << 30)
    {
        var ports = FreePorts.Next(2);
        var (client, peer) = (Url(ports[0]), Url(ports[1]));
        var process = Process.Start(new ProcessStartInfo("etcd",
        [
            "--name=default", $"--data-dir={directory}", $"--listen-client-urls={client}", $"--advertise-client-urls={client}", $"--listen-peer-urls={peer}",
            $"--initial-advertise-peer-urls={peer}", $"--initial-cluster=default={peer}", "--logger=zap", "--log-level=error", string.Create(CultureInfo.InvariantCulture, $"--quota-backend-bytes={quota}"),
        ])
        { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.ErrorDataReceived += (_, _) => { };
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var etcd = new SoloEtcd(process, directory, new EtcdClient(new() { Endpoints = [new Uri(client)], CallTimeout = TimeSpan.FromSeconds(30) }));
        if (!serves) return etcd;
        try
        {
            await Eventually.Is("etcd serves", async () =>
            {
                Assert.False(process.HasExited, "etcd ended");
                try
                {
                    return await Keyspace.Revision(etcd.Client) > 0;
                }
                catch (EtcdException)
                {
                    return false;
                }
            });
            return etcd;
        }
        catch
        {
            await etcd.DisposeAsync();
            throw;
        }
    }

    public Task<PutResponse> Put(string key, string value) => Client.Put(new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) }, default);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    static string Url(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
}
