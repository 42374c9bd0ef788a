using Druid.Kubernetes.Runtime;

namespace Druid.UnitTests.Kubernetes.Runtime;

public sealed class FileMappingTests
{
    [Theory]
    [InlineData("7ed2c1a00000-7ed2c1afb000 r--s 00cd2000 fe:00 1048717                    /usr/bin/druid-member", true)]
    [InlineData("7ed2c1a00000-7ed2c1afb000 r-xp 00cd2000 fe:00 1048717                    /usr/bin/druid-member", true)]
    [InlineData("7ed2c1a00000-7ed2c1afb000 r--p 00cd2000 fe:00 1048717                    /usr/bin/druid-member", false)]
    [InlineData("7ed2c1a00000-7ed2c1afb000 rwxp 00cd2000 fe:00 1048717                    /usr/bin/druid-member", false)]
    [InlineData("7ed2c1a00000-7ed2c1afb000 rw-s 00cd2000 fe:00 1048717                    /usr/bin/druid-member", false)]
    public void A_line_of_maps_is_a_file_and_what_may_be_done_with_it(string line, bool neverWritten) =>
        Assert.Equal(new FileMapping(unchecked((nuint)0x7ed2c1a00000), 0xfb000, neverWritten, "/usr/bin/druid-member"), FileMapping.Parse(line));

    [Theory]
    [InlineData("7ef8a8000000-7ef8a8237000 rw-p 00000000 00:00 0 ")]
    [InlineData("7fff5e7c8000-7fff5e7ea000 rw-p 00000000 00:00 0                          [stack]")]
    [InlineData("")]
    [InlineData("/")]
    public void What_is_no_file_is_left_out(string line) => Assert.Null(FileMapping.Parse(line));

    [Fact]
    public void All_mappings_of_this_process_can_be_read()
    {
        var files = File.ReadLines("/proc/self/maps").Select(FileMapping.Parse).OfType<FileMapping>().ToList();
        Assert.Contains(files, file => file.Path == Environment.ProcessPath && file.Length > 0);
        ProcessMemory.GiveBack();
    }
}
