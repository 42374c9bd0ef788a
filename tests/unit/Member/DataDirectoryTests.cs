using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Druid.Member.Data;
using Druid.Member.Etcd.Rpc;
using Druid.Member.Wrapper;
using Google.Protobuf;

namespace Druid.UnitTests.Member;

public sealed class DataDirectoryTests : IDisposable
{
    readonly string _volume = Directory.CreateTempSubdirectory("druid-data-").FullName;
    readonly DataDirectory _data;

    public DataDirectoryTests() => _data = new(Path.Combine(_volume, "new.etcd"));

    public void Dispose() => Directory.Delete(_volume, recursive: true);

    [Fact]
    public void A_directory_without_a_log_has_no_data()
    {
        Assert.IsType<DataState.Absent>(_data.Inspect());
        Directory.CreateDirectory(Path.Combine(_data.Path, "member", "snap"));
        Assert.IsType<DataState.Absent>(_data.Inspect());
    }

    [Fact]
    public void The_first_log_file_says_whose_data_it_is()
    {
        WriteLog("0000000000000001-0000000000000021.wal", memberId: 99);
        WriteLog("0000000000000000-0000000000000000.wal", memberId: 0x8e9e05c52164694d);

        Assert.Equal(new DataState.Of(new(0x8e9e05c52164694d, 0xc1)), _data.Inspect());
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 127, 0 })]
    [InlineData(new byte[] { 4, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255 })]
    public void A_log_that_does_not_begin_like_one_is_unreadable(byte[] content)
    {
        Directory.CreateDirectory(Path.Combine(_data.Path, "member", "wal"));
        File.WriteAllBytes(Path.Combine(_data.Path, "member", "wal", "0.wal"), content);

        Assert.IsType<DataState.Unreadable>(_data.Inspect());
    }

    [Fact]
    public void Data_is_put_aside_and_one_generation_is_kept()
    {
        WriteLog("0.wal", memberId: 1);
        _data.PutAside("aside");
        WriteLog("0.wal", memberId: 2);
        _data.PutAside("aside");

        Assert.IsType<DataState.Absent>(_data.Inspect());
        Assert.Equal(new DataState.Of(new(2, 0xc1)), new DataDirectory(_data.Path + ".aside").Inspect());
    }

    [Fact]
    public void Data_that_an_etcd_runs_on_is_not_moved()
    {
        WriteLog("0.wal", memberId: 1);
        var snap = Directory.CreateDirectory(Path.Combine(_data.Path, "member", "snap"));
        using var locked = new FileStream(Path.Combine(snap.FullName, "db"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        Assert.True(_data.IsInUse());
        Assert.Throws<IOException>(() => _data.PutAside("aside"));
        Assert.IsType<DataState.Of>(_data.Inspect());
    }

    [Fact]
    public void A_stop_in_order_makes_a_quick_look_enough_until_it_is_forgotten()
    {
        var marker = new ExitMarker(Path.Combine(_volume, "exit_code"));
        Assert.Equal("full", marker.ValidationMode);

        marker.Set(PosixSignal.SIGTERM);
        Assert.Equal("terminated", File.ReadAllText(Path.Combine(_volume, "exit_code")));
        Assert.Equal("sanity", marker.ValidationMode);

        marker.Set(PosixSignal.SIGINT);
        Assert.Equal("interrupt", File.ReadAllText(Path.Combine(_volume, "exit_code")));
        Assert.Equal("sanity", marker.ValidationMode);

        marker.Clear();
        Assert.Equal("full", marker.ValidationMode);
        marker.Clear();
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(143, true)]
    [InlineData(137, false)]
    [InlineData(1, false)]
    public void Only_etcd_that_ended_by_the_signal_it_was_sent_ended_in_order(int code, bool orderly) =>
        Assert.Equal(orderly, ExitMarker.IsOrderly(code, PosixSignal.SIGTERM));

    void WriteLog(string name, ulong memberId)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_data.Path, "member", "wal"));
        using var file = File.Create(Path.Combine(directory.FullName, name));
        file.Write(Frame(new WalRecord { Type = 4 }));
        file.Write(Frame(new WalRecord { Type = 1, Crc = 7, Data = new WalMetadata { NodeId = memberId, ClusterId = 0xc1 }.ToByteString() }));
    }

    /// <summary>A record as etcd writes it: padded to eight bytes, the padding noted in the highest byte of the length.</summary>
    static byte[] Frame(WalRecord record)
    {
        var body = record.ToByteArray();
        var padding = (8 - body.Length % 8) % 8;
        var frame = new byte[8 + body.Length + padding];
        var length = (uint)body.Length | (padding > 0 ? 0x80UL + (uint)padding : 0) << 56;
        BinaryPrimitives.WriteUInt64LittleEndian(frame, length);
        body.CopyTo(frame, 8);
        return frame;
    }
}
