namespace Runbooks.Temporal.Client;

/// <summary>Defaults of the client's own calls.</summary>
internal static class RpcOptionsExtensions
{
    /// <summary>A copy that retries unless the caller said otherwise.</summary>
    public static RpcOptions WithRetry(this RpcOptions? options)
    {
        var copy = (RpcOptions?)options?.Clone() ?? new();
        copy.Retry ??= true;
        return copy;
    }

    /// <summary>A copy that also ends with <paramref name="cancellationToken"/>, unless it has a token of its
    /// own.</summary>
    public static RpcOptions? WithCancellation(this RpcOptions? options, CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled || options?.CancellationToken != null)
        {
            return options;
        }

        var copy = (RpcOptions?)options?.Clone() ?? new();
        copy.CancellationToken = cancellationToken;
        return copy;
    }
}
