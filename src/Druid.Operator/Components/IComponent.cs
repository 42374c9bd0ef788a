using Druid.Kubernetes.Resources;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Components;

/// <summary>
/// One kind of object that an Etcd owns. A component says what is to be there and nothing else: applying, events, drift and
/// deletion are the same for all and live elsewhere.
/// </summary>
public interface IComponent
{
    /// <summary>Which one it is; also the order in which components are applied.</summary>
    ComponentKind Kind { get; }

    /// <summary>The objects that are to be there, with only the fields that the operator owns; none where the Etcd has no use for them.</summary>
    /// <remarks>Pure: the same context renders the same objects.</remarks>
    IEnumerable<IResource> Render(RenderContext context);
}
