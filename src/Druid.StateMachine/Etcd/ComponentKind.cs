namespace Druid.StateMachine.Etcd;

/// <summary>A kind of object that every cluster owns. The order is the order in which they are applied.</summary>
public enum ComponentKind
{
    /// <summary>The identity of the members' pods.</summary>
    ServiceAccount,

    /// <summary>What the member agents may do: read and renew leases, read what they need of their own cluster.</summary>
    Role,

    /// <summary>Binds the role to the service account.</summary>
    RoleBinding,

    /// <summary>One lease a member, renewed by its agent: id, cluster and role of the member.</summary>
    MemberLease,

    /// <summary>The two leases that tell of the latest full and delta snapshot.</summary>
    SnapshotLease,

    /// <summary>Keeps voluntary evictions from taking the quorum.</summary>
    PodDisruptionBudget,

    /// <summary>Where clients reach the cluster.</summary>
    ClientService,

    /// <summary>The headless service that gives the members their names.</summary>
    PeerService,

    /// <summary>The members' etcd configuration.</summary>
    ConfigMap,

    /// <summary>The members' pods and volumes.</summary>
    StatefulSet,
}
