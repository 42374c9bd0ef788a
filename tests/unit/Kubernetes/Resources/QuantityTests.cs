using System.Globalization;
using Druid.Kubernetes.Resources;

namespace Druid.UnitTests.Kubernetes.Resources;

public class QuantityTests
{
    [Theory]
    // As Kubernetes documents its canonical form: no fraction, the largest suffix that leaves a whole number.
    [InlineData("0", "0")]
    [InlineData("0Mi", "0")]
    [InlineData("-0", "0")]
    [InlineData("1", "1")]
    [InlineData("+1", "1")]
    [InlineData("007", "7")]
    [InlineData("1.", "1")]
    [InlineData(".5", "500m")]
    [InlineData("0.5", "500m")]
    [InlineData("1.50", "1500m")]
    [InlineData("1000m", "1")]
    [InlineData("1500m", "1500m")]
    [InlineData("1000", "1k")]
    [InlineData("12000", "12k")]
    [InlineData("1001", "1001")]
    [InlineData("1000000k", "1G")]
    [InlineData("100u", "100u")]
    [InlineData("1000n", "1u")]
    [InlineData("0.1n", "1n")]
    [InlineData("-0.1n", "-1n")]
    [InlineData("1.1111111111", "1111111112n")]
    [InlineData("8192Mi", "8Gi")]
    [InlineData("8Gi", "8Gi")]
    [InlineData("1025Mi", "1025Mi")]
    [InlineData("1.5Gi", "1536Mi")]
    [InlineData("0.5Mi", "512Ki")]
    [InlineData("512Ki", "512Ki")]
    [InlineData("1Ki", "1Ki")]
    [InlineData("0.5Ki", "512")]
    [InlineData("0.0001Ki", "102400u")]
    [InlineData("1.1Ki", "1126400m")]
    [InlineData("1024", "1024")]
    [InlineData("-1Ki", "-1Ki")]
    [InlineData("-2048Ki", "-2Mi")]
    [InlineData("-100m", "-100m")]
    [InlineData("1E", "1E")]
    [InlineData("1Ei", "1Ei")]
    [InlineData("1e3", "1e3")]
    [InlineData("1E3", "1e3")]
    [InlineData("1e+3", "1e3")]
    [InlineData("12e2", "1200")]
    [InlineData("1e4", "10e3")]
    [InlineData("100e-3", "100e-3")]
    [InlineData("1e-1", "100e-3")]
    [InlineData("1000e-3", "1")]
    [InlineData("1e-10", "1e-9")]
    [InlineData("9Ei", "9223372036854775807")]
    [InlineData("1e999999999", "9223372036854775807")]
    [InlineData("-1e999999999", "-9223372036854775807")]
    [InlineData("1e-999999999", "1e-9")]
    [InlineData("99999999999999999999999999999999999999", "9223372036854775807")]
    public void A_quantity_is_written_as_the_API_server_writes_it(string text, string canonical) =>
        Assert.Equal(canonical, Quantity.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("Gi")]
    [InlineData(".")]
    [InlineData("-")]
    [InlineData("1 Gi")]
    [InlineData("1gi")]
    [InlineData("1KI")]
    [InlineData("1ki")]
    [InlineData("1K")]
    [InlineData("1.2.3")]
    [InlineData("--1")]
    [InlineData("1e")]
    [InlineData("1e1.5")]
    [InlineData("0x10")]
    [InlineData("1,5")]
    [InlineData("1mi")]
    public void What_is_no_quantity_is_refused_with_the_text_in_the_message(string text) =>
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => Quantity.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("1Ki", "1024")]
    [InlineData("8Gi", "8589934592")]
    [InlineData("1M", "1000000")]
    [InlineData("50m", "0.05")]
    [InlineData("2e2", "200")]
    public void The_amount_is_exact(string text, string amount) =>
        Assert.Equal(decimal.Parse(amount, CultureInfo.InvariantCulture), Quantity.Parse(text).Amount);

    [Theory]
    [InlineData("1Gi", "1024Mi")]
    [InlineData("1", "1000m")]
    [InlineData("1k", "1e3")]
    public void Quantities_of_the_same_amount_are_equal_however_written(string left, string right)
    {
        Assert.True(Quantity.Parse(left) == Quantity.Parse(right));
        Assert.Equal(Quantity.Parse(left).GetHashCode(), Quantity.Parse(right).GetHashCode());
    }

    [Fact]
    public void Quantities_are_ordered_by_amount() =>
        Assert.Equal(
            ["100m", "1", "1Ki", "1M", "1Mi"],
            new[] { "1Mi", "1", "100m", "1M", "1Ki" }.Select(Quantity.Parse).Order().Select(q => q.ToString()));

    [Fact]
    public void Arithmetic_keeps_the_notation_of_the_left_side()
    {
        Assert.Equal("3Gi", (Quantity.Parse("1Gi") + Quantity.Parse("2048Mi")).ToString());
        Assert.Equal("512Mi", (Quantity.Parse("1Gi") - Quantity.Parse("512Mi")).ToString());
        Assert.Equal("12Gi", (Quantity.Parse("8Gi") * 1.5m).ToString());
        Assert.Equal("16Gi", Quantity.OfBytes(16L << 30).ToString());
    }

    [Theory]
    [InlineData("100m", 1)]
    [InlineData("1.1Ki", 1127)]
    [InlineData("-1500m", -1)]
    public void A_whole_number_is_rounded_up(string text, long whole) => Assert.Equal(whole, Quantity.Parse(text).RoundedUp);
}
