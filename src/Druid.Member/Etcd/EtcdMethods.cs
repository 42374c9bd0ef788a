using Druid.Member.Etcd.Rpc;

namespace Druid.Member.Etcd;

/// <summary>The methods of etcd's API that Druid calls, and whether each may be repeated.</summary>
static class EtcdMethods
{
    public static readonly GrpcMethod<RangeRequest, RangeResponse> Range = new("KV", "Range", RangeResponse.Parser, Retry.WhenUnavailable);
    public static readonly GrpcMethod<PutRequest, PutResponse> Put = new("KV", "Put", PutResponse.Parser, Retry.WhenNotSent);
    public static readonly GrpcMethod<DeleteRangeRequest, DeleteRangeResponse> DeleteRange = new("KV", "DeleteRange", DeleteRangeResponse.Parser, Retry.WhenNotSent);
    public static readonly GrpcMethod<TxnRequest, TxnResponse> Txn = new("KV", "Txn", TxnResponse.Parser, Retry.WhenNotSent);
    public static readonly GrpcMethod<CompactionRequest, CompactionResponse> Compact = new("KV", "Compact", CompactionResponse.Parser, Retry.WhenNotSent);

    public static readonly GrpcMethod<WatchRequest, WatchResponse> Watch = new("Watch", "Watch", WatchResponse.Parser, Retry.WhenUnavailable);

    public static readonly GrpcMethod<LeaseGrantRequest, LeaseGrantResponse> LeaseGrant = new("Lease", "LeaseGrant", LeaseGrantResponse.Parser, Retry.WhenNotSent);
    public static readonly GrpcMethod<LeaseRevokeRequest, LeaseRevokeResponse> LeaseRevoke = new("Lease", "LeaseRevoke", LeaseRevokeResponse.Parser, Retry.WhenNotSent);
    public static readonly GrpcMethod<LeaseKeepAliveRequest, LeaseKeepAliveResponse> LeaseKeepAlive = new("Lease", "LeaseKeepAlive", LeaseKeepAliveResponse.Parser, Retry.WhenUnavailable);
    public static readonly GrpcMethod<LeaseTimeToLiveRequest, LeaseTimeToLiveResponse> LeaseTimeToLive = new("Lease", "LeaseTimeToLive", LeaseTimeToLiveResponse.Parser, Retry.WhenUnavailable);
    public static readonly GrpcMethod<LeaseLeasesRequest, LeaseLeasesResponse> LeaseLeases = new("Lease", "LeaseLeases", LeaseLeasesResponse.Parser, Retry.WhenUnavailable);

    public static readonly GrpcMethod<MemberListRequest, MemberListResponse> MemberList = new("Cluster", "MemberList", MemberListResponse.Parser, Retry.WhenUnavailable, NeedsLeader: false);
    public static readonly GrpcMethod<MemberAddRequest, MemberAddResponse> MemberAdd = new("Cluster", "MemberAdd", MemberAddResponse.Parser, Retry.WhenNotSent);
    public static readonly GrpcMethod<MemberRemoveRequest, MemberRemoveResponse> MemberRemove = new("Cluster", "MemberRemove", MemberRemoveResponse.Parser, Retry.WhenNotSent);
    public static readonly GrpcMethod<MemberUpdateRequest, MemberUpdateResponse> MemberUpdate = new("Cluster", "MemberUpdate", MemberUpdateResponse.Parser, Retry.WhenNotSent);
    public static readonly GrpcMethod<MemberPromoteRequest, MemberPromoteResponse> MemberPromote = new("Cluster", "MemberPromote", MemberPromoteResponse.Parser, Retry.WhenNotSent);

    public static readonly GrpcMethod<StatusRequest, StatusResponse> Status = new("Maintenance", "Status", StatusResponse.Parser, Retry.WhenUnavailable, NeedsLeader: false);
    public static readonly GrpcMethod<AlarmRequest, AlarmResponse> Alarm = new("Maintenance", "Alarm", AlarmResponse.Parser, Retry.WhenNotSent);
    public static readonly GrpcMethod<DefragmentRequest, DefragmentResponse> Defragment = new("Maintenance", "Defragment", DefragmentResponse.Parser, Retry.WhenNotSent, NeedsLeader: false);
    public static readonly GrpcMethod<HashKVRequest, HashKVResponse> HashKV = new("Maintenance", "HashKV", HashKVResponse.Parser, Retry.WhenUnavailable, NeedsLeader: false);
    public static readonly GrpcMethod<MoveLeaderRequest, MoveLeaderResponse> MoveLeader = new("Maintenance", "MoveLeader", MoveLeaderResponse.Parser, Retry.WhenNotSent);
    public static readonly GrpcMethod<SnapshotRequest, SnapshotResponse> Snapshot = new("Maintenance", "Snapshot", SnapshotResponse.Parser, Retry.WhenUnavailable, NeedsLeader: false);

    public static readonly GrpcMethod<AuthenticateRequest, AuthenticateResponse> Authenticate = new("Auth", "Authenticate", AuthenticateResponse.Parser, Retry.WhenUnavailable);
}
