using Druid.Api;

namespace Druid.UnitTests.Api;

/// <summary>Etcds to test with.</summary>
static class Etcds
{
    public static Etcd Named(string name) => new()
    {
        Metadata = new() { Name = name, Namespace = "shoots", Uid = "4c1e" },
        Spec = new() { Replicas = 3, Labels = new Dictionary<string, string> { ["app"] = "etcd" } },
    };
}
