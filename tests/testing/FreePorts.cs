using System.Net;
using System.Net.Sockets;

namespace Druid.Testing;

/// <summary>
/// Ports of this machine for servers that tests start. They lie below those that the kernel gives to outgoing connections by itself
/// (<c>net.ipv4.ip_local_port_range</c>, from 32768), as some time passes until the server listens, and each is given once a process.
/// </summary>
public static class FreePorts
{
    // From 21000 on they are claimed by hack/kube.
    const int First = 10_000, Count = 10_000;

    static int last = Random.Shared.Next(Count);

    /// <summary>A port that nobody listens on.</summary>
    /// <exception cref="InvalidOperationException">All are taken.</exception>
    public static int Next()
    {
        for (var tries = 0; tries < Count; tries++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref last) % Count);
            if (IsFree(port))
            {
                return port;
            }
        }
        throw new InvalidOperationException($"All ports from {First} to {First + Count - 1} are taken; end what listens on them (ss -ltnp).");
    }

    /// <summary>So many of them.</summary>
    public static int[] Next(int count) => [.. Enumerable.Range(0, count).Select(_ => Next())];

    static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Any, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
