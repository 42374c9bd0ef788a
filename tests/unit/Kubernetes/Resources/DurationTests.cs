using Druid.Kubernetes.Resources;

namespace Druid.UnitTests.Kubernetes.Resources;

public class DurationTests
{
    [Theory]
    [InlineData("0", "0s")]
    [InlineData("0s", "0s")]
    [InlineData("-0s", "0s")]
    [InlineData("1ns", "1ns")]
    [InlineData("1100ns", "1.1µs")]
    [InlineData("5us", "5µs")]
    [InlineData("5μs", "5µs")]
    [InlineData("2200us", "2.2ms")]
    [InlineData("500ms", "500ms")]
    [InlineData("3300ms", "3.3s")]
    [InlineData("30s", "30s")]
    [InlineData("90s", "1m30s")]
    [InlineData("5m", "5m0s")]
    [InlineData("1h", "1h0m0s")]
    [InlineData("1h30m", "1h30m0s")]
    [InlineData("1.5h", "1h30m0s")]
    [InlineData("1h0.5s", "1h0m0.5s")]
    [InlineData("39h9m14.425s", "39h9m14.425s")]
    [InlineData(".5s", "500ms")]
    [InlineData("1.s", "1s")]
    [InlineData("-1.5h", "-1h30m0s")]
    [InlineData("+5s", "5s")]
    [InlineData("10.5s4m", "4m10.5s")]
    [InlineData("1s1s", "2s")]
    [InlineData("0.0000000001s", "0s")]
    [InlineData("0.3333333333333333333h", "20m0s")]
    [InlineData("9223372036854775807ns", "2562047h47m16.854775807s")]
    [InlineData("-9223372036854775808ns", "-2562047h47m16.854775808s")]
    public void A_duration_is_written_as_Go_writes_it(string text, string canonical) =>
        Assert.Equal(canonical, Duration.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("-")]
    [InlineData("s")]
    [InlineData(".")]
    [InlineData(".s")]
    [InlineData("1 h")]
    [InlineData("1d")]
    [InlineData("1H")]
    [InlineData("--1s")]
    [InlineData("1s-1s")]
    [InlineData("00:15:00")]
    [InlineData("9223372036854775808ns")]
    [InlineData("3000000h")]
    public void What_is_no_duration_is_refused_with_the_text_in_the_message(string text) =>
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => Duration.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Durations_and_time_spans_turn_into_each_other()
    {
        Assert.Equal(TimeSpan.FromMinutes(90), Duration.Parse("1h30m").ToTimeSpan());
        Assert.Equal<Duration>(Duration.Parse("250ms"), TimeSpan.FromMilliseconds(250));
        Assert.True(Duration.Parse("59s") < Duration.Parse("1m"));
    }
}
