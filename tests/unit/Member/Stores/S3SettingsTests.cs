using Druid.Member.Stores;
using Druid.Member.Stores.S3;

namespace Druid.UnitTests.Member.Stores;

public class S3SettingsTests
{
    [Theory]
    [InlineData("oss-eu-central-1.aliyuncs.com", "https://s3.oss-eu-central-1.aliyuncs.com/", "eu-central-1")]
    [InlineData("https://oss-eu-central-1-internal.aliyuncs.com", "https://s3.oss-eu-central-1-internal.aliyuncs.com/", "eu-central-1")]
    [InlineData("http://127.0.0.1:9000", "http://127.0.0.1:9000/", "us-east-1")]
    public void Oss_is_asked_under_the_names_that_speak_s3(string storageEndpoint, string endpoint, string region)
    {
        var settings = From(StoreProvider.Oss, new() { ["storageEndpoint"] = storageEndpoint, ["accessKeyID"] = "id", ["accessKeySecret"] = "secret" });

        Assert.Equal((endpoint, region, "id", "secret"), (settings.Endpoint!.ToString(), settings.Region, settings.AccessKeyId, settings.SecretAccessKey));
        Assert.Equal(storageEndpoint.Contains("127.0.0.1", StringComparison.Ordinal), settings.PathStyle);
    }

    [Fact]
    public void Ecs_takes_its_variables_with_the_prefix_of_the_source_too()
    {
        var variables = new Dictionary<string, string> { ["SOURCE_ECS_ENDPOINT"] = "ecs.shop:9020", ["SOURCE_ECS_ACCESS_KEY_ID"] = "id\n", ["SOURCE_ECS_SECRET_ACCESS_KEY"] = "secret", ["SOURCE_ECS_DISABLE_SSL"] = "true", ["SOURCE_ECS_INSECURE_SKIP_VERIFY"] = "true" };

        var settings = S3Settings.From(Options(StoreProvider.Ecs) with { VariablePrefix = "SOURCE_" }, null, variables.GetValueOrDefault);

        Assert.Equal(("http://ecs.shop:9020/", true, "id", "secret"), (settings.Endpoint!.ToString(), settings.PathStyle, settings.AccessKeyId, settings.SecretAccessKey));
        Assert.True(settings.Trust.SkipVerification);
    }

    [Theory]
    [InlineData(null, "https://ocs.shop/")]
    [InlineData("true", "http://ocs.shop/")]
    public void Ocs_is_asked_in_the_path_and_encrypted_unless_told_otherwise(string? disableSsl, string endpoint)
    {
        var settings = From(StoreProvider.Ocs, new() { ["endpoint"] = "ocs.shop", ["disableSSL"] = disableSsl ?? "", ["region"] = "west", ["accessKeyID"] = "id", ["secretAccessKey"] = "secret" });

        Assert.Equal((endpoint, true, "west"), (settings.Endpoint!.ToString(), settings.PathStyle, settings.Region));
    }

    [Fact]
    public void Amazon_is_asked_with_a_role_where_the_secret_has_no_key_and_with_the_pods_where_there_is_no_secret()
    {
        var role = From(StoreProvider.S3, new() { ["region"] = "eu-west-1", ["roleARN"] = "arn:aws:iam::1:role/backup", ["tokenPath"] = "/var/token" });
        Assert.Equal(("arn:aws:iam::1:role/backup", "/var/token", null), (role.RoleArn, role.TokenFile, role.AccessKeyId));

        var variables = new Dictionary<string, string> { ["AWS_REGION"] = "eu-west-1", ["AWS_ROLE_ARN"] = "arn", ["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/token" };
        var pod = S3Settings.From(Options(StoreProvider.S3), null, variables.GetValueOrDefault);
        Assert.Equal(("eu-west-1", "arn", "/token", null), (pod.Region, pod.RoleArn, pod.TokenFile, pod.Endpoint));
    }

    [Theory]
    [InlineData("01234567890123456789012345678901")]
    [InlineData("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")]
    public void A_customers_key_is_32_bytes_plain_or_in_base64(string key)
    {
        var encryption = From(StoreProvider.S3, Amazon(("sseCustomerAlgorithm", "AES256"), ("sseCustomerKey", key))).CustomerKey!;

        Assert.Equal(("AES256", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="), (encryption.Algorithm, encryption.Key));
    }

    [Theory]
    [InlineData("sseCustomerAlgorithm=AES256 sseCustomerKey=short", "256 bits")]
    [InlineData("requestChecksumCalculation=sometimes", "when_required")]
    [InlineData("endpoint=http://", "no URL")]
    public void An_entry_that_makes_no_sense_is_named(string entries, string because) =>
        Assert.Contains(because, Assert.Throws<StoreException>(() => From(StoreProvider.S3, Amazon([.. entries.Split(' ').Select(e => e.Split('=', 2)).Select(e => (e[0], e[1]))]))).Message, StringComparison.Ordinal);

    [Fact]
    public void An_endpoint_of_the_flags_goes_before_the_secrets() =>
        Assert.Equal("https://flag/", S3Settings.From(Options(StoreProvider.S3) with { Endpoint = new("https://flag") }, new("test", Amazon(("endpoint", "secret"))), _ => null).Endpoint!.ToString());

    static Dictionary<string, string> Amazon(params (string Key, string Value)[] more)
    {
        var entries = new Dictionary<string, string> { ["region"] = "eu-west-1", ["accessKeyID"] = "id", ["secretAccessKey"] = "secret" };
        foreach (var (key, value) in more) entries[key] = value;
        return entries;
    }

    static S3Settings From(StoreProvider provider, Dictionary<string, string> entries) => S3Settings.From(Options(provider), new("test", entries), _ => null);

    static StoreOptions Options(StoreProvider provider) => new() { Provider = provider, Container = "bucket" };
}
