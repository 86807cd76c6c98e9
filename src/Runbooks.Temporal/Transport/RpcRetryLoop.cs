using Runbooks.Temporal.Client;
using Runbooks.Temporal.Exceptions;

namespace Runbooks.Temporal.Transport;

/// <summary>Runs an attempt again and again as <see cref="RpcBackoff"/> allows.</summary>
internal static class RpcRetryLoop
{
    public static async Task<T> RunAsync<T>(
        Func<Task<T>> attempt, RpcRetryOptions options, bool isLongPoll, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        for (var number = 1; ; number++)
        {
            TimeSpan? delay;
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (RpcException e)
            {
                var elapsed = TimeProvider.System.GetElapsedTime(started);
                delay = RpcBackoff.Next(options, e.Code, isLongPoll, number, elapsed, Random.Shared.NextDouble());
                if (delay == null)
                {
                    throw;
                }
            }

            await Task.Delay(delay.Value, cancellationToken).ConfigureAwait(false);
        }
    }
}
