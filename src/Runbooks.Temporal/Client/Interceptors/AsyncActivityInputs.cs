namespace Runbooks.Temporal.Client.Interceptors;

/// <summary>A heartbeat from outside the worker.</summary>
public record HeartbeatAsyncActivityInput(
    AsyncActivityHandle.Reference Activity, AsyncActivityHeartbeatOptions? Options);

/// <summary>A completion from outside the worker.</summary>
public record CompleteAsyncActivityInput(
    AsyncActivityHandle.Reference Activity, object? Result, AsyncActivityCompleteOptions? Options);

/// <summary>A failure from outside the worker.</summary>
public record FailAsyncActivityInput(
    AsyncActivityHandle.Reference Activity, Exception Exception, AsyncActivityFailOptions? Options);

/// <summary>A confirmed cancellation from outside the worker.</summary>
public record ReportCancellationAsyncActivityInput(
    AsyncActivityHandle.Reference Activity, AsyncActivityReportCancellationOptions? Options);
