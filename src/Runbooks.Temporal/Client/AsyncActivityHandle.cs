namespace Runbooks.Temporal.Client;

/// <summary>An activity that is finished from outside the worker that started it. A call for an activity that is no
/// longer pending throws <see cref="Exceptions.RpcException"/> NotFound.</summary>
/// <param name="Client">Client the calls go through.</param>
/// <param name="Activity">Which activity.</param>
public record AsyncActivityHandle(ITemporalClient Client, AsyncActivityHandle.Reference Activity)
{
    /// <summary>Reports life and progress. Throws <see cref="Exceptions.AsyncActivityCanceledException"/> when
    /// cancellation was requested.</summary>
    public Task HeartbeatAsync(AsyncActivityHeartbeatOptions? options = null) =>
        Client.OutboundInterceptor.HeartbeatAsyncActivityAsync(new(Activity, options));

    /// <summary>Completes the activity without a result.</summary>
    public Task CompleteAsync(AsyncActivityCompleteOptions? options = null) =>
        Client.OutboundInterceptor.CompleteAsyncActivityAsync(new(Activity, null, options));

    /// <summary>Completes the activity with a result.</summary>
    public Task CompleteAsync<TResult>(TResult result, AsyncActivityCompleteOptions? options = null) =>
        Client.OutboundInterceptor.CompleteAsyncActivityAsync(new(Activity, result, options));

    /// <summary>Fails the attempt; the retry policy decides about another.</summary>
    public Task FailAsync(Exception exception, AsyncActivityFailOptions? options = null) =>
        Client.OutboundInterceptor.FailAsyncActivityAsync(new(Activity, exception, options));

    /// <summary>Confirms a requested cancellation; without a request the server refuses.</summary>
    public Task ReportCancellationAsync(AsyncActivityReportCancellationOptions? options = null) =>
        Client.OutboundInterceptor.ReportCancellationAsyncActivityAsync(new(Activity, options));

    /// <summary>Which activity a handle means.</summary>
    public abstract record Reference
    {
        private protected Reference()
        {
        }
    }

    /// <summary>By ids; meets the pending attempt.</summary>
    public record IdReference(string WorkflowId, string? RunId, string ActivityId) : Reference;

    /// <summary>By task token; meets exactly that attempt.</summary>
    public record TaskTokenReference(IReadOnlyCollection<byte> TaskToken) : Reference;
}

/// <summary>Options of a heartbeat.</summary>
public class AsyncActivityHeartbeatOptions : ICloneable
{
    /// <summary>Progress, kept for the next attempt. Default null: none.</summary>
    public IReadOnlyCollection<object?>? Details { get; set; }

    public RpcOptions? Rpc { get; set; }

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Options of a completion.</summary>
public class AsyncActivityCompleteOptions : ICloneable
{
    public RpcOptions? Rpc { get; set; }

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Options of a failure.</summary>
public class AsyncActivityFailOptions : ICloneable
{
    /// <summary>Progress to store with the failure. Default null: what was sent before stays.</summary>
    public IReadOnlyCollection<object?>? LastHeartbeatDetails { get; set; }

    public RpcOptions? Rpc { get; set; }

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Options of a confirmed cancellation.</summary>
public class AsyncActivityReportCancellationOptions : ICloneable
{
    /// <summary>Values kept in the cancelled event. Default null: none.</summary>
    public IReadOnlyCollection<object?>? Details { get; set; }

    public RpcOptions? Rpc { get; set; }

    public virtual object Clone() => MemberwiseClone();
}
