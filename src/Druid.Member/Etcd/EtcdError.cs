namespace Druid.Member.Etcd;

/// <summary>The failures of etcd that a caller reacts to; etcd tells them apart only by its message.</summary>
public enum EtcdError
{
    /// <summary>A failure without a reaction of its own; see <see cref="EtcdException.Status"/>.</summary>
    Other,
    /// <summary>The endpoint could not be connected to: the request was not sent.</summary>
    NotConnected,
    /// <summary>The member knows no leader, so there is no quorum that it can see.</summary>
    NoLeader,
    /// <summary>Leadership moved while the request was in flight.</summary>
    LeaderChanged,
    /// <summary>The request must go to the leader.</summary>
    NotLeader,
    /// <summary>etcd gave up waiting; a write may or may not have happened.</summary>
    TimedOut,
    /// <summary>Not enough healthy members for a change of membership.</summary>
    Unhealthy,
    /// <summary>A change of membership would leave fewer started members than a quorum.</summary>
    NotEnoughStartedMembers,
    /// <summary>No member has this id.</summary>
    MemberNotFound,
    /// <summary>A member with this id exists.</summary>
    MemberExists,
    /// <summary>A member with one of these peer URLs exists.</summary>
    PeerUrlExists,
    /// <summary>The member to promote votes already.</summary>
    MemberNotLearner,
    /// <summary>The learner to promote has not caught up with the leader yet.</summary>
    LearnerNotReady,
    /// <summary>The cluster has as many learners as it allows (one).</summary>
    TooManyLearners,
    /// <summary>A learner does not serve this call.</summary>
    NotSupportedForLearner,
    /// <summary>The member that leadership should move to is unknown or a learner.</summary>
    BadLeaderTransferee,
    /// <summary>The revision asked for has been compacted.</summary>
    Compacted,
    /// <summary>The revision asked for is ahead of the store.</summary>
    FutureRevision,
    /// <summary>The database has reached its quota.</summary>
    NoSpace,
    /// <summary>etcd found its data corrupt.</summary>
    Corrupt,
    /// <summary>No such lease, or it expired.</summary>
    LeaseNotFound,
    /// <summary>The request is larger than etcd accepts.</summary>
    RequestTooLarge,
    /// <summary>The auth token is unknown or expired.</summary>
    InvalidAuthToken,
    /// <summary>etcd runs without authentication.</summary>
    AuthNotEnabled,
    /// <summary>Wrong user name or password.</summary>
    AuthFailed,
    /// <summary>The user may not do this, or authentication is on and the client named no user.</summary>
    PermissionDenied,
}

/// <summary>Reads <see cref="EtcdError"/> from the message of a status.</summary>
static class EtcdErrors
{
    const string Prefix = "etcdserver: ";

    /// <summary>The failure that etcd means by a message, <see cref="EtcdError.Other"/> when it has no special meaning here.</summary>
    public static EtcdError FromMessage(string message) =>
        !message.StartsWith(Prefix, StringComparison.Ordinal) ? EtcdError.Other : message[Prefix.Length..] switch
        {
            "no leader" => EtcdError.NoLeader,
            "leader changed" => EtcdError.LeaderChanged,
            "not leader" => EtcdError.NotLeader,
            "unhealthy cluster" => EtcdError.Unhealthy,
            "re-configuration failed due to not enough started members" => EtcdError.NotEnoughStartedMembers,
            "member not found" => EtcdError.MemberNotFound,
            "member ID already exist" => EtcdError.MemberExists,
            "Peer URLs already exists" => EtcdError.PeerUrlExists,
            "can only promote a learner member" => EtcdError.MemberNotLearner,
            "can only promote a learner member which is in sync with leader" => EtcdError.LearnerNotReady,
            "too many learner members in cluster" => EtcdError.TooManyLearners,
            "rpc not supported for learner" => EtcdError.NotSupportedForLearner,
            "bad leader transferee" => EtcdError.BadLeaderTransferee,
            "mvcc: required revision has been compacted" => EtcdError.Compacted,
            "mvcc: required revision is a future revision" => EtcdError.FutureRevision,
            "mvcc: database space exceeded" => EtcdError.NoSpace,
            "corrupt cluster" => EtcdError.Corrupt,
            "requested lease not found" => EtcdError.LeaseNotFound,
            "request is too large" => EtcdError.RequestTooLarge,
            "invalid auth token" => EtcdError.InvalidAuthToken,
            "authentication is not enabled" => EtcdError.AuthNotEnabled,
            "authentication failed, invalid user ID or password" => EtcdError.AuthFailed,
            "permission denied" or "user name is empty" => EtcdError.PermissionDenied,
            var text when text.StartsWith("request timed out", StringComparison.Ordinal) => EtcdError.TimedOut,
            _ => EtcdError.Other,
        };
}
