using Druid.Profile;

namespace Druid.UnitTests.Profile;

public sealed class MethodListTests : IDisposable
{
    readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("0x7f11 6e instance void [System.Private.CoreLib] System.IO.StreamWriter::Write(string)[Optimized]", "System.Private.CoreLib", "System.IO.StreamWriter", "Write", 1)]
    [InlineData("7f11 6e valuetype [System.Private.CoreLib]System.ArraySegment`1<uint8> [A.B] A.B.C+<>c::<X>b__7_14(valuetype [System.Private.CoreLib]System.ValueTuple`3<string,bool,int32>,int32)[QuickJitted]", "A.B", "A.B.C+<>c", "<X>b__7_14", 2)]
    [InlineData("7f11 1 instance !0 [System.Private.CoreLib] System.Collections.Generic.Dictionary`2[System.Guid,System.__Canon]::.ctor()[Tier0]", "System.Private.CoreLib", "System.Collections.Generic.Dictionary`2[System.Guid,System.__Canon]", ".ctor", 0)]
    public void A_line_of_a_perf_map_names_assembly_type_method_and_number_of_parameters(string line, string assembly, string type, string name, int parameters) =>
        Assert.Equal(new UsedMethod(assembly, type, name, parameters, IsSeldom: false), UsedMethod.Parse(line, isSeldom: false));

    [Theory]
    [InlineData("0x55f2633f0000 110 stub ReportStubBlock<Unknown>")]
    [InlineData("0x55f2 10 void [System.Private.CoreLib] dynamicClass::IL_STUB_PInvoke(native int*)[Optimized]")]
    public void Stubs_are_no_methods(string line) => Assert.Null(UsedMethod.Parse(line, isSeldom: false));

    [Fact]
    public void What_is_written_is_read_again_and_what_ran_usually_too_is_not_seldom()
    {
        UsedMethod usual = new("A", "T`1[System.__Canon]", ".ctor", 1, IsSeldom: false), seldom = new("B", "U", "System.IDisposable.Dispose", 0, IsSeldom: true);

        MethodList.Write(_file, [seldom, usual, usual with { IsSeldom = true }, seldom]);

        Assert.Equal([usual, seldom], MethodList.Read(_file));
        Assert.Contains("U System.IDisposable.Dispose/0~", File.ReadAllText(_file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("T m/1")]
    [InlineData("[A]\nT")]
    [InlineData("[A]\nT m")]
    [InlineData("[A]\nT m/x")]
    public void A_line_that_is_not_understood_is_named_with_the_remedy(string text)
    {
        File.WriteAllText(_file, text);

        var error = Assert.Throws<FormatException>(() => MethodList.Read(_file).ToList());

        Assert.Contains($"{_file}:{text.Split('\n').Length}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("hack/profile", error.Message, StringComparison.Ordinal);
    }
}
