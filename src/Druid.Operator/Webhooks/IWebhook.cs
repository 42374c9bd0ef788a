namespace Druid.Operator.Webhooks;

/// <summary>Says of changes whether they may be made.</summary>
interface IWebhook
{
    /// <summary>Its name in metrics and log.</summary>
    string Name { get; }

    /// <summary>Whether the change may be made.</summary>
    Task<AdmissionResponse> Answer(AdmissionRequest request, CancellationToken cancel);
}
