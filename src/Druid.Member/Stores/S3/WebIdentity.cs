using System.Globalization;
using System.Xml.Linq;
using Amazon.Runtime;
using Druid.Member.Stores.Transfer;

namespace Druid.Member.Stores.S3;

/// <summary>Credentials of a role that a pod takes on with its service account's token, renewed before they expire.</summary>
/// <param name="roleArn">The role.</param>
/// <param name="tokenFile">The token; read anew each time, as it is rotated.</param>
/// <param name="endpoint">The token service.</param>
/// <param name="http">The store's connections.</param>
/// <param name="retry">For calls to the token service.</param>
sealed class WebIdentity(string roleArn, string tokenFile, Uri endpoint, HttpClient http, Retry retry) : RefreshingAWSCredentials
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    static readonly XNamespace Sts = "https://sts.amazonaws.com/doc/2011-06-15/";

    /// <summary>Where the token service of a region is, unless <c>AWS_ENDPOINT_URL_STS</c> says otherwise.</summary>
    public static Uri Service(string? region, Func<string, string?> environment) =>
        environment("AWS_ENDPOINT_URL_STS") is { Length: > 0 } other ? new(other)
        : region is null ? new("https://sts.amazonaws.com")
        : new($"https://sts.{region}.amazonaws.com{(region.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : "")}");

    /// <inheritdoc/>
    protected override Task<CredentialsRefreshState> GenerateNewCredentialsAsync() =>
        retry.Run($"take on the role {roleArn}", Limit, Ask, CancellationToken.None);

    /// <summary>Not supported: only asynchronous calls are made.</summary>
    protected override CredentialsRefreshState GenerateNewCredentials() => throw new NotSupportedException("credentials of a role are fetched asynchronously");

    async Task<CredentialsRefreshState> Ask(CancellationToken cancel)
    {
        string token;
        try
        {
            token = (await File.ReadAllTextAsync(tokenFile, cancel)).Trim();
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreError.Denied, $"the token for the role {roleArn} cannot be read: {missing.Message}", missing);
        }
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["Action"] = "AssumeRoleWithWebIdentity",
                ["Version"] = "2011-06-15",
                ["RoleArn"] = roleArn,
                ["RoleSessionName"] = "druid-member",
                ["WebIdentityToken"] = token,
            }),
        };
        using var response = await StoreHttp.Send(http, request, $"take on the role {roleArn}", cancel);
        return Parse(await response.Content.ReadAsStringAsync(cancel));
    }

    CredentialsRefreshState Parse(string answer)
    {
        try
        {
            var found = XDocument.Parse(answer).Descendants(Sts + "Credentials").Single();
            return new(
                new ImmutableCredentials(Text("AccessKeyId"), Text("SecretAccessKey"), Text("SessionToken")),
                DateTime.Parse(Text("Expiration"), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal));

            string Text(string name) => found.Element(Sts + name)!.Value;
        }
        catch (Exception strange) when (strange is System.Xml.XmlException or InvalidOperationException or NullReferenceException or FormatException)
        {
            throw new StoreException(StoreError.Denied, $"{endpoint} gave no credentials for the role {roleArn}: {strange.Message}", strange);
        }
    }
}
