using System.Net;
using System.Net.Sockets;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Druid.Member.Stores.Credentials;
using Druid.Member.Stores.Transfer;

namespace Druid.Member.Stores.S3;

/// <summary>A bucket's API: requests with retries, as whoever the credentials say by now, and failures in a store's terms.</summary>
sealed class S3Bucket : IDisposable
{
    /// <summary>Time for a request that moves no content.</summary>
    public static readonly TimeSpan ShortLimit = TimeSpan.FromSeconds(60);

    /// <summary>Time for one that moves a part.</summary>
    public static readonly TimeSpan PartLimit = TimeSpan.FromMinutes(3);

    readonly SocketsHttpHandler _handler;
    readonly HttpClient _http;
    readonly Rotating<Access> _access;
    readonly Func<string, string?> _environment;

    public S3Bucket(StoreOptions options, Func<string, string?> environment, TimeProvider time)
    {
        (Name, _environment, Retry) = (options.Container, environment, new(time));
        _handler = StoreHandler.Create(() => _access!.Current.Settings.Trust);
        _http = StoreHandler.Client(_handler);
        var files = S3Settings.Cloud(options.Provider) is { } cloud ? CredentialFiles.Find(cloud, options.VariablePrefix, environment) : null;
        _access = new(files, entries => Open(S3Settings.From(options, entries, environment)));
    }

    /// <summary>The bucket.</summary>
    public string Name { get; }

    /// <summary>The pauses between attempts.</summary>
    public Retry Retry { get; }

    /// <summary>Makes a request, again where that may help.</summary>
    /// <param name="doing">What it does, for messages.</param>
    /// <param name="limit">Time of one attempt.</param>
    /// <param name="call">The request.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="StoreException">It failed.</exception>
    public Task<T> Call<T>(string doing, TimeSpan limit, Func<IAmazonS3, S3CustomerKey?, CancellationToken, Task<T>> call, CancellationToken cancel) =>
        Retry.Run(doing, limit, stop => Once(doing, call, stop), cancel);

    /// <summary>Makes a request once.</summary>
    /// <inheritdoc cref="Call{T}"/>
    public async Task<T> Once<T>(string doing, Func<IAmazonS3, S3CustomerKey?, CancellationToken, Task<T>> call, CancellationToken cancel)
    {
        try
        {
            var access = _access.Current;
            return await call(access.Client, access.Settings.CustomerKey, cancel);
        }
        catch (Exception failure) when (failure is AmazonServiceException or AmazonClientException or HttpRequestException or IOException and not StoreException)
        {
            throw Translate(doing, failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    StoreException Translate(string doing, Exception failure)
    {
        for (var inner = failure; inner is not null; inner = inner.InnerException)
        {
            if (inner is StoreException own) return own;
            if (inner is HttpRequestException or SocketException or IOException)
                return StoreHttp.Unreachable(doing, _access.Current.Settings.Endpoint ?? new("https://s3.amazonaws.com"), inner);
        }
        var service = failure as AmazonServiceException;
        var error = Classify(service?.ErrorCode, service?.StatusCode ?? 0, failure.Message);
        var code = string.IsNullOrEmpty(service?.ErrorCode) ? "" : $"{service.ErrorCode}: ";
        return new(error, $"cannot {doing} in bucket '{Name}': {code}{failure.Message} ({StoreHttp.Remedy(error)})", failure);
    }

    static StoreError Classify(string? code, HttpStatusCode status, string message) => code switch
    {
        "NoSuchKey" or "NoSuchBucket" or "NoSuchUpload" or "NoSuchVersion" => StoreError.NotFound,
        "SlowDown" or "RequestTimeout" or "ServiceUnavailable" or "InternalError" or "Throttling" or "ThrottlingException" or "RequestTimeTooSkewed" or "OperationAborted" => StoreError.Unavailable,
        "QuotaExceeded" or "XMinioStorageFull" => StoreError.Full,
        "FileImmutable" or "ObjectLocked" => StoreError.Immutable,
        "AccessDenied" or "InvalidRequest" when message.Contains("lock", StringComparison.OrdinalIgnoreCase) || message.Contains("WORM", StringComparison.OrdinalIgnoreCase) => StoreError.Immutable,
        "AccessDenied" or "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "ExpiredToken" or "InvalidToken" or "AllAccessDisabled" => StoreError.Denied,
        _ when status != 0 => StoreHttp.Classify(status),
        // No answer at all and no broken connection: there were no credentials to sign with.
        _ => StoreError.Denied,
    };

    Access Open(S3Settings settings)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = settings.PathStyle,
            MaxErrorRetry = 0, // Retry does that
            Timeout = Timeout.InfiniteTimeSpan,
            HttpClientFactory = new Connections(_http),
            RequestChecksumCalculation = settings.RequestChecksums,
            ResponseChecksumValidation = settings.ResponseChecksums,
            DisableLogging = true,
        };
        if (settings.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
            config.AuthenticationRegion = settings.Region ?? "us-east-1";
        }
        else if (settings.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }
        AWSCredentials? credentials = settings switch
        {
            { AccessKeyId: { } id, SecretAccessKey: { } secret } => new BasicAWSCredentials(id, secret),
            { RoleArn: { } role, TokenFile: { } token } => new WebIdentity(role, token, WebIdentity.Service(settings.Region, _environment), _http, Retry),
            _ => null, // the instance's or the container's, as the SDK finds them
        };
        try
        {
            return new(settings, credentials is null ? new AmazonS3Client(config) : new AmazonS3Client(credentials, config));
        }
        catch (AmazonClientException incomplete)
        {
            throw new StoreException(StoreError.Denied, $"bucket '{Name}' cannot be opened: {incomplete.Message} (mount the store's Secret at AWS_APPLICATION_CREDENTIALS, or set AWS_REGION)", incomplete);
        }
    }

    sealed record Access(S3Settings Settings, IAmazonS3 Client);

    sealed class Connections(HttpClient http) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => http;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
    }
}
