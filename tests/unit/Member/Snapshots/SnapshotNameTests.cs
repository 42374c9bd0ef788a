using Druid.Member.Snapshots;

namespace Druid.UnitTests.Member.Snapshots;

public class SnapshotNameTests
{
    [Theory]
    [InlineData("v2/Full-00000000-00000042-1700000000")]
    [InlineData("v2/Full-00000000-00000042-1700000000.gz")]
    [InlineData("v2/Full-00000000-00000042-1700000000.Z.final")]
    [InlineData("v2/Full-00000000-00000042-1700000000.final")]
    [InlineData("v2/Incr-00000043-00000050-1700000060.zlib")]
    [InlineData("v2/Incr-00000043-1234567890123-1700000060.gz")]
    [InlineData("v1/Backup-1700000000/Incr-00000043-00000050-1700000060")]
    public void A_name_says_everything_and_is_written_as_it_was_read(string path) => Assert.Equal(path, Snapshot.Parse(path)!.Path);

    [Fact]
    public void What_a_name_says()
    {
        var snapshot = Snapshot.Parse("v2/Incr-00000043-00000050-1700000060.gz.final")!;

        Assert.Equal((SnapshotKind.Delta, 43, 50, Compression.Gzip, true), (snapshot.Kind, snapshot.StartRevision, snapshot.LastRevision, snapshot.Compression, snapshot.IsFinal));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1700000060), snapshot.CreatedOn);
    }

    [Theory]
    [InlineData("Full-00000000-00000042-1700000000")]
    [InlineData("v2/Half-00000000-00000042-1700000000")]
    [InlineData("v2/Incr-00000050-00000043-1700000000")]
    [InlineData("v2/Full-00000000-00000042-1700000000.zip")]
    [InlineData("v2/Full-00000000-00000042-1700000000.gz.part")]
    [InlineData("v2/Full-00000000-00000042-17000000000000000000000")]
    [InlineData("v2/dir/Full-00000000-00000042-1700000000")]
    [InlineData("v3/Full-00000000-00000042-1700000000")]
    public void Other_objects_are_no_snapshots(string path) => Assert.Null(Snapshot.Parse(path));

    [Fact]
    public void A_part_of_an_upload_belongs_to_the_snapshot_that_it_lies_below()
    {
        Assert.Equal("Full-00000000-00000042-1700000000.gz", Snapshot.ParseChunk("v2/Full-00000000-00000042-1700000000.gz/00003")!.Name);
        Assert.Null(Snapshot.ParseChunk("v2/Full-00000000-00000042-1700000000.gz"));
    }
}
