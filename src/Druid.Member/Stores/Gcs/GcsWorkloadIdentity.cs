using System.Text.Json;
using System.Text.RegularExpressions;
using Druid.Member.Stores.Credentials;

namespace Druid.Member.Stores.Gcs;

/// <summary>
/// An external account: how the pod's token becomes one of Google's. Whoever may write the Secret must not be able to have
/// the token sent elsewhere, or another file sent in its place, so all three are checked.
/// </summary>
/// <param name="Audience">The identity pool's provider.</param>
/// <param name="TokenUrl">Where tokens are exchanged.</param>
/// <param name="TokenFile">The pod's token.</param>
/// <param name="ImpersonationUrl">Where the exchanged token becomes a service account's; null where it is used itself.</param>
sealed partial record GcsWorkloadIdentity(string Audience, string TokenUrl, string TokenFile, string? ImpersonationUrl)
{
    /// <summary>What the pod's token is.</summary>
    public const string SubjectTokenType = "urn:ietf:params:oauth:token-type:jwt";

    const string OnlyTokenUrl = "https://sts.googleapis.com/v1/token";

    /// <summary>Reads and checks it.</summary>
    /// <exception cref="StoreException">Something is missing, or not allowed.</exception>
    public static GcsWorkloadIdentity From(CredentialEntries entries)
    {
        if (entries.Required("subject_token_type") != SubjectTokenType) throw entries.Wrong($"have a 'subject_token_type' other than {SubjectTokenType}");
        if (entries.Required("token_url") is var url && url != OnlyTokenUrl) throw entries.Wrong($"have the 'token_url' {url}: only {OnlyTokenUrl} is allowed");
        var impersonation = entries["service_account_impersonation_url"];
        if (impersonation is not null && !Impersonation().IsMatch(impersonation)) throw entries.Wrong($"have a 'service_account_impersonation_url' that is not allowed: {impersonation}");
        var expected = entries.Beside("token");
        if (File(entries) is var file && file != expected) throw entries.Wrong($"have the 'credential_source' {file}: only {expected} is allowed");
        return new(entries.Required("audience"), url, expected, impersonation);
    }

    static string? File(CredentialEntries entries)
    {
        using var source = JsonDocument.Parse(entries.Required("credential_source"));
        return source.RootElement.TryGetProperty("file", out var file) ? file.GetString() : null;
    }

    [GeneratedRegex(@"^https://iamcredentials\.googleapis\.com/v1/projects/-/serviceAccounts/[^/]+:generateAccessToken$")]
    private static partial Regex Impersonation();
}
