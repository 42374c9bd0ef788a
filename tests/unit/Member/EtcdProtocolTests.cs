using Druid.Member.Etcd;
using Druid.Member.Etcd.Rpc;
using Google.Protobuf;

namespace Druid.UnitTests.Member;

public class EtcdProtocolTests
{
    [Theory]
    [InlineData("etcdserver: member not found", EtcdError.MemberNotFound)]
    [InlineData("etcdserver: too many learner members in cluster", EtcdError.TooManyLearners)]
    [InlineData("etcdserver: can only promote a learner member which is in sync with leader", EtcdError.LearnerNotReady)]
    [InlineData("etcdserver: can only promote a learner member", EtcdError.MemberNotLearner)]
    [InlineData("etcdserver: mvcc: required revision has been compacted", EtcdError.Compacted)]
    [InlineData("etcdserver: request timed out, possibly due to previous leader failure", EtcdError.TimedOut)]
    [InlineData("etcdserver: a failure of the future", EtcdError.Other)]
    [InlineData("", EtcdError.Other)]
    public void A_message_of_etcd_becomes_a_typed_error(string message, EtcdError error) => Assert.Equal(error, EtcdErrors.FromMessage(message));

    [Fact]
    public async Task Messages_come_out_of_frames_as_they_went_in()
    {
        using var stream = new MemoryStream([.. GrpcFraming.Frame(new WatchCancelRequest { WatchId = 7 }), .. GrpcFraming.Frame(new WatchCancelRequest())]);

        using var frames = new GrpcFrameReader(stream);
        Assert.True(await frames.Next(default));
        Assert.Equal(7, WatchCancelRequest.Parser.ParseFrom(frames.Current.Span).WatchId);
        Assert.True(await frames.Next(default));
        Assert.Equal(new WatchCancelRequest(), WatchCancelRequest.Parser.ParseFrom(frames.Current.Span));
        Assert.False(await frames.Next(default));
    }

    [Fact]
    public async Task Large_messages_are_read_between_small_ones_and_of_their_own_memory()
    {
        WatchCancelRequest small = new() { WatchId = 7 };
        var large = new KeyValue { Value = ByteString.CopyFrom(new byte[3 << 20]) };
        using var stream = new MemoryStream([.. GrpcFraming.Frame(small), .. GrpcFraming.Frame(large), .. GrpcFraming.Frame(large), .. GrpcFraming.Frame(small)]);

        using var frames = new GrpcFrameReader(stream);
        foreach (var expected in new IMessage[] { small, large, large, small })
        {
            Assert.True(await frames.Next(default));
            Assert.Equal(expected.ToByteArray(), frames.Current.ToArray());
        }
        Assert.False(await frames.Next(default));
        Assert.True(frames.Current.Length < 1 << 20);
    }

    [Fact]
    public void A_frame_is_a_zero_a_big_endian_length_and_the_message() =>
        Assert.Equal([0, 0, 0, 0, 2, 8, 7], GrpcFraming.Frame(new WatchCancelRequest { WatchId = 7 }));

    [Theory]
    [InlineData(new byte[] { 0, 0, 0 }, "ends inside")]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, "compressed")]
    [InlineData(new byte[] { 0, 255, 255, 255, 255 }, "4294967295")]
    public async Task A_stream_that_is_not_grpc_is_an_error_and_not_a_message(byte[] bytes, string because)
    {
        using var stream = new MemoryStream(bytes);

        using var frames = new GrpcFrameReader(stream);
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => frames.Next(default));
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Field numbers are etcd's; a renumbered field would be silently dropped.</summary>
    [Fact]
    public void Messages_have_the_field_numbers_of_etcds_wire_contract()
    {
        var status = new StatusResponse { Header = new() { ClusterId = 1, MemberId = 2 }, Version = "3", DbSize = 4, Leader = 5, RaftAppliedIndex = 6, IsLearner = true };
        Assert.Equal("0A0408011002" + "120133" + "1804" + "2005" + "3806" + "5001", Convert.ToHexString(status.ToByteArray()));

        var member = new ClusterMember { ID = 1, Name = "e", PeerURLs = { "p" }, ClientURLs = { "c" }, IsLearner = true };
        Assert.Equal("0801" + "120165" + "1A0170" + "220163" + "2801", Convert.ToHexString(member.ToByteArray()));

        var watch = new WatchResponse { WatchId = 1, CompactRevision = 2, Events = { new Event { Type = Event.Types.EventType.Delete } } };
        Assert.Equal("1001" + "2802" + "5A020801", Convert.ToHexString(watch.ToByteArray()));
    }
}
