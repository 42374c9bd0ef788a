using Druid.Api.Schemas;
using Druid.EnvtestTests;
using Druid.FaultTests.Proxy;
using Druid.FaultTests.Trials;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.FaultTests.World;

/// <summary>What all trials share: one real control plane, nodes that are simulated, and the report.</summary>
public sealed class Lab : IAsyncLifetime, IDisposable
{
    /// <summary>How many trials run at a time.</summary>
    internal const int Parallel = 8;

    readonly Dictionary<Scenario, Task<CleanRun>> _clean = [];
    readonly SemaphoreSlim _places = new(Parallel);

    internal ControlPlane Plane { get; private set; } = null!;

    internal Kubelets Kubelets { get; private set; } = null!;

    internal Upstream Upstream { get; private set; } = null!;

    internal Report Report { get; } = new();

    internal KubernetesClient Client => Plane.Client;

    /// <summary>How a scenario ends without faults. All scenarios are run when the first is asked for: together they take less time.</summary>
    internal Task<CleanRun> Clean(Scenario scenario)
    {
        lock (_clean)
        {
            if (_clean.Count == 0)
            {
                foreach (var each in Scenarios.All) _clean[each] = Run(each);
            }
            return _clean[scenario];
        }

        async Task<CleanRun> Run(Scenario each)
        {
            await _places.WaitAsync();
            try
            {
                return await Trial.Clean(this, each);
            }
            finally
            {
                _places.Release();
            }
        }
    }

    public async Task InitializeAsync()
    {
        Plane = await ControlPlane.Start("faults");
        foreach (var crd in Crds.All)
        {
            // Created, not applied: a server without CEL refuses to apply rules that it drops from an object that is created.
            await Client.Create(CustomResourceDefinition.Type.Read(crd.ToJson().ToJsonString()));
        }
        await ControlPlane.Eventually("the CRDs are served", async () =>
        {
            await Client.ListPage<Druid.Api.Etcd>();
            return true;
        });
        Kubelets = await Kubelets.Start(Plane.NewClient());
        Upstream = new(Plane.Configuration);
    }

    public async Task DisposeAsync()
    {
        await Report.Write();
        await Kubelets.DisposeAsync();
        await Plane.DisposeAsync();
    }

    public void Dispose()
    {
        Upstream?.Dispose();
        _places.Dispose();
    }
}

/// <summary>Tests of this collection share a lab.</summary>
[CollectionDefinition(Name)]
public sealed class InTheLab : ICollectionFixture<Lab>
{
    /// <summary>Its name.</summary>
    public const string Name = "in the lab";
}
