using Druid.Api.Validation;

namespace Druid.UnitTests.Api;

public class ManifestTests
{
    public static TheoryData<string> Valid => [.. Manifest.Names("valid")];

    public static TheoryData<string> Invalid => [.. Manifest.Names("invalid")];

    [Fact]
    public void There_are_a_hundred_of_each() => Assert.All((string[])["valid", "invalid"], sort => Assert.True(Manifest.Names(sort).Count() >= 100, sort));

    [Theory, MemberData(nameof(Valid))]
    public void A_valid_manifest_is_accepted(string name)
    {
        var manifest = Manifest.Load("valid", name);

        Assert.Empty(ApiValidation.Validate(manifest.Object, manifest.Old));
    }

    [Theory, MemberData(nameof(Invalid))]
    public void An_invalid_manifest_is_refused_for_its_fields_and_nothing_else(string name)
    {
        var manifest = Manifest.Load("invalid", name);
        var errors = ApiValidation.Validate(manifest.Object, manifest.Old);

        Assert.NotEmpty(manifest.Errors);
        Assert.True(
            manifest.Errors.All(expected => errors.Any(error => error.Path == expected.Path && error.Message.Contains(expected.Message, StringComparison.Ordinal)))
            && errors.All(error => manifest.Errors.Any(expected => error.Path == expected.Path)),
            $"Found:\n{string.Join('\n', errors)}\nExpected:\n{string.Join('\n', manifest.Errors)}");
    }
}
