using Druid.Member.Stores.Credentials;
using Druid.Member.Stores.Transfer;

namespace Druid.Member.Stores.Azure;

/// <summary>How to reach a container of Azure Blob Storage and as whom.</summary>
/// <param name="Container">The container's URL.</param>
/// <param name="Account">The storage account; null where the endpoint is given and no key is used.</param>
/// <param name="Key">Its key; null where another way is taken.</param>
/// <param name="Signature">A shared access signature, as a query without its question mark.</param>
/// <param name="Token">The pod's identity.</param>
sealed record AzureSettings(Uri Container, string? Account, byte[]? Key, string? Signature, TokenCache<AccessToken>? Token)
{
    const string Domain = "blob.core.windows.net";

    /// <summary>The settings that a Secret and the environment give.</summary>
    /// <param name="options">The store.</param>
    /// <param name="entries">Its Secret; null where there is none and the pod's identity is to be used.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <param name="calls">For fetching tokens.</param>
    /// <param name="time">The clock of tokens.</param>
    /// <exception cref="StoreException">Something is missing.</exception>
    public static AzureSettings From(StoreOptions options, CredentialEntries? entries, Func<string, string?> environment, StoreCalls calls, TimeProvider time)
    {
        var account = entries?.Required("storageAccount") ?? (string.IsNullOrEmpty(environment("AZURE_STORAGE_ACCOUNT")) ? null : environment("AZURE_STORAGE_ACCOUNT"));
        if (options.Endpoint is null && account is null)
            throw new StoreException(StoreError.Denied, $"the account of container '{options.Container}' is not known: mount the store's Secret with 'storageAccount' at {options.VariablePrefix}AZURE_APPLICATION_CREDENTIALS, or set AZURE_STORAGE_ACCOUNT");
        var endpoint = options.Endpoint ?? new($"https://{account}.{entries?["domain"] ?? Domain}");
        var container = new Uri($"{endpoint.AbsoluteUri.TrimEnd('/')}/{Uri.EscapeDataString(options.Container)}");
        if (entries?["storageKey"] is { } key)
            return new(container, account, Decoded(key, entries), null, null);
        if (entries?["sasToken"] is { } signature)
            return new(container, account, null, signature.TrimStart('?'), null);
        if (entries is not null && string.IsNullOrEmpty(environment("AZURE_CLIENT_ID")))
            throw entries.Wrong("have a 'storageAccount' but neither 'storageKey' nor 'sasToken', and the pod has no AZURE_CLIENT_ID of a workload identity");
        var identity = new AzureIdentity(environment, calls, time);
        return new(container, account, null, null, new(identity.Fetch, time));
    }

    static byte[] Decoded(string key, CredentialEntries entries)
    {
        try
        {
            return Convert.FromBase64String(key);
        }
        catch (FormatException)
        {
            throw entries.Wrong("have a 'storageKey' that is not base64");
        }
    }
}
