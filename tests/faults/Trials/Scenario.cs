using Druid.Api;
using Druid.FaultTests.World;

namespace Druid.FaultTests.Trials;

/// <summary>Something that an owner does to a cluster.</summary>
/// <param name="Name">What.</param>
/// <param name="Arrange">What is there before; nothing goes wrong meanwhile.</param>
/// <param name="Act">What the owner does.</param>
/// <param name="Reached">Whether the cluster has come to where it is to be.</param>
sealed record Scenario(string Name, Func<Stage, Task> Arrange, Func<Stage, Task> Act, Func<Etcd?, bool> Reached)
{
    public override string ToString() => Name;
}
