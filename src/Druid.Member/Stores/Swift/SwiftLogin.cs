using Druid.Member.Stores.Credentials;
using Druid.Member.Stores.Transfer;

namespace Druid.Member.Stores.Swift;

/// <summary>Who logs in to OpenStack, and where.</summary>
sealed record SwiftLogin
{
    /// <summary>Where tokens are issued.</summary>
    public required Uri Url { get; init; }

    /// <summary>Domain of user and project.</summary>
    public string? Domain { get; init; }

    /// <summary>The project; an application credential has its own.</summary>
    public string? Project { get; init; }

    /// <summary>Region of the object storage; null takes the first.</summary>
    public string? Region { get; init; }

    /// <summary>The user; null with an application credential that has an id.</summary>
    public string? User { get; init; }

    /// <summary>That user's password; null with an application credential.</summary>
    public string? Password { get; init; }

    /// <summary>Id of the application credential.</summary>
    public string? CredentialId { get; init; }

    /// <summary>Its name, for one without an id.</summary>
    public string? CredentialName { get; init; }

    /// <summary>Its secret; null with a password.</summary>
    public string? CredentialSecret { get; init; }

    /// <summary>Whose certificates are accepted.</summary>
    public StoreTrust Trust { get; init; } = new();

    /// <summary>The login that a Secret has, or without one the environment's variables <c>OS_…</c>.</summary>
    /// <exception cref="StoreException">Something is missing.</exception>
    public static SwiftLogin From(StoreOptions options, CredentialEntries? secret, Func<string, string?> environment)
    {
        var entries = secret ?? FromVariables(name => environment(options.VariablePrefix + name));
        var login = new SwiftLogin
        {
            Url = Tokens(entries.Required("authURL"), entries),
            Domain = entries["domainName"],
            Project = entries["tenantName"],
            Region = entries["region"],
            Trust = new(entries["trustedCaCert"], entries.Switch("insecureSkipVerify") ?? false),
        };
        var withCredential = entries["applicationCredentialSecret"] is not null;
        if (withCredential && entries["password"] is not null) throw entries.Wrong("have both an application credential and a password: leave one out");
        if (!withCredential)
            return login with { Domain = entries.Required("domainName"), Project = entries.Required("tenantName"), User = entries.Required("username"), Password = entries.Required("password") };
        if (entries["applicationCredentialID"] is { } id)
            return login with { CredentialId = id, CredentialSecret = entries["applicationCredentialSecret"] };
        return login with
        {
            CredentialName = entries.Required("applicationCredentialName"),
            CredentialSecret = entries["applicationCredentialSecret"],
            User = entries.Required("username"),
            Domain = entries.Required("domainName"),
        };
    }

    static CredentialEntries FromVariables(Func<string, string?> variable)
    {
        (string Key, string[] Names)[] known =
        [
            ("authURL", ["OS_AUTH_URL"]),
            ("domainName", ["OS_DOMAIN_NAME", "OS_USER_DOMAIN_NAME"]),
            ("tenantName", ["OS_TENANT_NAME", "OS_PROJECT_NAME"]),
            ("region", ["OS_REGION_NAME"]),
            ("username", ["OS_USERNAME"]),
            ("password", ["OS_PASSWORD"]),
            ("applicationCredentialID", ["OS_APPLICATION_CREDENTIAL_ID"]),
            ("applicationCredentialName", ["OS_APPLICATION_CREDENTIAL_NAME"]),
            ("applicationCredentialSecret", ["OS_APPLICATION_CREDENTIAL_SECRET"]),
        ];
        return new("the environment's OS_… variables", known.ToDictionary(entry => entry.Key, entry => entry.Names.Select(variable).FirstOrDefault(value => !string.IsNullOrEmpty(value)) ?? ""));
    }

    // With or without the version, as people write it.
    static Uri Tokens(string text, CredentialEntries entries)
    {
        var url = text.TrimEnd('/');
        if (!url.EndsWith("/v3", StringComparison.Ordinal)) url += "/v3";
        return Uri.TryCreate($"{url}/auth/tokens", UriKind.Absolute, out var tokens) ? tokens : throw entries.Wrong($"have an 'authURL' that is no URL: {text}");
    }
}
