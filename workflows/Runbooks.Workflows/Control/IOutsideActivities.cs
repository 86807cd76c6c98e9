
namespace Runbooks.Workflows.Control;

/// <summary>Calls to the outside world. Run on <c>control</c>, under its allow-lists.</summary>
public interface IOutsideActivities
{
    /// <summary>One HTTP request: resolved once, checked against the allow-list, no redirects, response capped.</summary>
    [Activity]
    Task<HttpCallResult> CallHttpAsync(HttpCallRequest request);

    /// <summary>Tells people: an alert record and every configured webhook.</summary>
    [Activity]
    Task NotifyAsync(NotifyRequest request);
}

/// <summary>An HTTP request.</summary>
/// <param name="Key">Sent as <c>Idempotency-Key</c>.</param>
/// <param name="Method"><c>GET</c>, <c>POST</c>, <c>PUT</c> or <c>DELETE</c>.</param>
/// <param name="Url">Absolute, http or https.</param>
/// <param name="Headers">Header values; secrets by reference only.</param>
/// <param name="Body">Text body, or null.</param>
/// <param name="ExpectStatus">The statuses that are right; empty takes every 2xx.</param>
public sealed record HttpCallRequest(
    StepKey Key,
    string Method,
    string Url,
    IReadOnlyDictionary<string, string> Headers,
    string? Body,
    IReadOnlyList<int> ExpectStatus);

/// <summary>What came back.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">The first 64 KiB of the body, as text.</param>
public sealed record HttpCallResult(int Status, string Body);

/// <summary>A message to people.</summary>
/// <param name="Key">Idempotency key: told once.</param>
/// <param name="Severity"><c>info</c>, <c>warning</c> or <c>alert</c>.</param>
/// <param name="Title">One line.</param>
/// <param name="Text">What happened, what it means for the data, what to do.</param>
public sealed record NotifyRequest(StepKey Key, string Severity, string Title, string Text);
