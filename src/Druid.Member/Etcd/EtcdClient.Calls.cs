using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Druid.Member.Etcd.Rpc;
using Google.Protobuf;

namespace Druid.Member.Etcd;

public sealed partial class EtcdClient
{
    /// <summary>Reads keys; linearizable unless the request says serializable.</summary>
    public Task<RangeResponse> Range(RangeRequest request, CancellationToken cancel) => Call(EtcdMethods.Range, request, cancel);

    /// <summary>Writes one key.</summary>
    public Task<PutResponse> Put(PutRequest request, CancellationToken cancel) => Call(EtcdMethods.Put, request, cancel);

    /// <summary>Deletes a key or a range of keys.</summary>
    public Task<DeleteRangeResponse> DeleteRange(DeleteRangeRequest request, CancellationToken cancel) => Call(EtcdMethods.DeleteRange, request, cancel);

    /// <summary>Compares and then does one of two lists of operations, atomically.</summary>
    public Task<TxnResponse> Txn(TxnRequest request, CancellationToken cancel) => Call(EtcdMethods.Txn, request, cancel);

    /// <summary>Forgets revisions before the given one.</summary>
    public Task<CompactionResponse> Compact(CompactionRequest request, CancellationToken cancel) => Call(EtcdMethods.Compact, request, cancel);

    /// <summary>Creates a lease.</summary>
    public Task<LeaseGrantResponse> LeaseGrant(LeaseGrantRequest request, CancellationToken cancel) => Call(EtcdMethods.LeaseGrant, request, cancel);

    /// <summary>Ends a lease and deletes its keys.</summary>
    public Task<LeaseRevokeResponse> LeaseRevoke(LeaseRevokeRequest request, CancellationToken cancel) => Call(EtcdMethods.LeaseRevoke, request, cancel);

    /// <summary>Remaining time and keys of a lease.</summary>
    public Task<LeaseTimeToLiveResponse> LeaseTimeToLive(LeaseTimeToLiveRequest request, CancellationToken cancel) =>
        Call(EtcdMethods.LeaseTimeToLive, request, cancel);

    /// <summary>All leases.</summary>
    public Task<LeaseLeasesResponse> LeaseLeases(CancellationToken cancel) => Call(EtcdMethods.LeaseLeases, new LeaseLeasesRequest(), cancel);

    /// <summary>The members as etcd knows them: linearizable from etcd 3.5 on, before that what the answering member has applied.</summary>
    public Task<MemberListResponse> MemberList(CancellationToken cancel) =>
        Call(EtcdMethods.MemberList, new MemberListRequest { Linearizable = true }, cancel);

    /// <summary>Adds a member, as a learner if the request says so, before its etcd starts.</summary>
    public Task<MemberAddResponse> MemberAdd(MemberAddRequest request, CancellationToken cancel) => Call(EtcdMethods.MemberAdd, request, cancel);

    /// <summary>Removes a member for good: its id never comes back.</summary>
    public Task<MemberRemoveResponse> MemberRemove(ulong id, CancellationToken cancel) =>
        Call(EtcdMethods.MemberRemove, new MemberRemoveRequest { ID = id }, cancel);

    /// <summary>Replaces the peer URLs of a member.</summary>
    public Task<MemberUpdateResponse> MemberUpdate(MemberUpdateRequest request, CancellationToken cancel) => Call(EtcdMethods.MemberUpdate, request, cancel);

    /// <summary>Makes a learner that has caught up a voter.</summary>
    public Task<MemberPromoteResponse> MemberPromote(ulong id, CancellationToken cancel) =>
        Call(EtcdMethods.MemberPromote, new MemberPromoteRequest { ID = id }, cancel);

    /// <summary>What one member knows about itself. Answered without quorum, and by learners.</summary>
    public Task<StatusResponse> Status(CancellationToken cancel) => Call(EtcdMethods.Status, new StatusRequest(), cancel);

    /// <summary>Lists, raises or disarms alarms.</summary>
    public Task<AlarmResponse> Alarm(AlarmRequest request, CancellationToken cancel) => Call(EtcdMethods.Alarm, request, cancel);

    /// <summary>Rewrites the database of one member without its holes. The member answers nothing else meanwhile.</summary>
    public Task<DefragmentResponse> Defragment(CancellationToken cancel) => Call(EtcdMethods.Defragment, new DefragmentRequest(), cancel);

    /// <summary>A hash over all keys of one member up to a revision (0: its latest).</summary>
    public Task<HashKVResponse> HashKV(long revision, CancellationToken cancel) => Call(EtcdMethods.HashKV, new HashKVRequest { Revision = revision }, cancel);

    /// <summary>Moves leadership to another voter. Only the leader does it: see <see cref="At(Uri)"/>.</summary>
    public Task<MoveLeaderResponse> MoveLeader(ulong to, CancellationToken cancel) => Call(EtcdMethods.MoveLeader, new MoveLeaderRequest { TargetID = to }, cancel);

    /// <summary>Renews a lease once and returns the seconds it has now.</summary>
    public async Task<long> LeaseKeepAlive(long id, CancellationToken cancel)
    {
        var requests = Channel.CreateBounded<LeaseKeepAliveRequest>(1);
        requests.Writer.TryWrite(new LeaseKeepAliveRequest { ID = id });
        using var deadline = new CancellationTokenSource(_options.CallTimeout, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        await foreach (var renewed in Duplex(EtcdMethods.LeaseKeepAlive, requests.Reader, either.Token))
        {
            requests.Writer.TryComplete();
            return renewed.TTL > 0
                ? renewed.TTL
                : throw new EtcdException(GrpcStatus.NotFound, EtcdError.LeaseNotFound, $"lease {id:x} does not exist", null, EtcdMethods.LeaseKeepAlive.Name);
        }
        throw new EtcdException(GrpcStatus.Unavailable, EtcdError.Other, "the stream ended without an answer", null, EtcdMethods.LeaseKeepAlive.Name);
    }

    /// <summary>
    /// Watches keys from a revision on. Ends with an <see cref="EtcdException"/> when the connection does; a caller that
    /// wants to go on watches again from the revision after the last one it saw.
    /// </summary>
    /// <exception cref="EtcdException"><see cref="EtcdError.Compacted"/> when the revision to start from is gone.</exception>
    public async IAsyncEnumerable<WatchResponse> Watch(WatchCreateRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        var requests = Channel.CreateUnbounded<WatchRequest>();
        requests.Writer.TryWrite(new WatchRequest { CreateRequest = request });
        try
        {
            await foreach (var response in Duplex(EtcdMethods.Watch, requests.Reader, cancel))
            {
                if (response.CompactRevision > 0)
                    throw new EtcdException(GrpcStatus.OutOfRange, EtcdError.Compacted,
                        $"revision {request.StartRevision} has been compacted, the oldest kept is {response.CompactRevision}", null, EtcdMethods.Watch.Name);
                if (response.Canceled)
                    throw EtcdException.FromTrailers(GrpcStatus.Cancelled, response.CancelReason, Endpoints[0], EtcdMethods.Watch.Name);
                yield return response;
            }
        }
        finally
        {
            requests.Writer.TryComplete();
        }
    }

    /// <summary>
    /// The database of one member, in pieces: etcd's file followed by the SHA-256 of it (32 bytes). A piece is there until the
    /// next is asked for. No deadline of its own: the caller's token ends it.
    /// </summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> Snapshot([EnumeratorCancellation] CancellationToken cancel)
    {
        var target = Endpoints[Volatile.Read(ref _current)];
        await foreach (var answer in _transport.ServerFrames(target, EtcdMethods.Snapshot, new SnapshotRequest(), await Token(target, cancel), cancel))
            yield return Blob(answer, target);
    }

    // The database comes in many thousands of answers: parsed as messages, each would be one more copy for the collector.
    static ReadOnlyMemory<byte> Blob(ReadOnlyMemory<byte> answer, Uri target)
    {
        if (!MemoryMarshal.TryGetArray(answer, out var bytes))
            bytes = answer.ToArray();
        var blob = ReadOnlyMemory<byte>.Empty;
        try
        {
            using var fields = new CodedInputStream(bytes.Array!, bytes.Offset, bytes.Count);
            while (fields.ReadTag() is not 0 and var tag)
            {
                if (WireFormat.GetTagFieldNumber(tag) != SnapshotResponse.BlobFieldNumber)
                {
                    fields.SkipLastField();
                    continue;
                }
                var length = fields.ReadLength();
                var start = (int)fields.Position;
                if (length > answer.Length - start)
                    throw new InvalidDataException("a piece of the snapshot is longer than its message");
                blob = answer.Slice(start, length);
                // It is the last field that there is.
                break;
            }
            return blob;
        }
        catch (Exception failure) when (failure is InvalidProtocolBufferException or InvalidDataException)
        {
            throw EtcdException.FromTransport(failure, target, EtcdMethods.Snapshot.Name);
        }
    }
}
