using Runbooks.Temporal.Client;
using StatusCode = Runbooks.Temporal.Exceptions.RpcException.StatusCode;

namespace Runbooks.Temporal.Transport;

/// <summary>
/// Which codes are tried again and after what delay. Pure: the caller supplies attempt, elapsed time and randomness.
/// The set is the one of the official Core, so that programs behave alike on either library.
/// </summary>
internal static class RpcBackoff
{
    /// <summary>An overloaded server asks for patience: its delays start ten times longer.</summary>
    private static readonly RpcRetryOptions Throttled = new()
    {
        InitialInterval = TimeSpan.FromSeconds(1),
        Multiplier = 2,
        MaxInterval = TimeSpan.FromSeconds(10),
    };

    public static bool IsRetryable(StatusCode code, bool isLongPoll) => code switch
    {
        StatusCode.DataLoss or StatusCode.Internal or StatusCode.Unknown or StatusCode.ResourceExhausted or
            StatusCode.Aborted or StatusCode.OutOfRange or StatusCode.Unavailable => true,
        // Ends of a long poll that say nothing but "not yet".
        StatusCode.Cancelled or StatusCode.DeadlineExceeded => isLongPoll,
        _ => false,
    };

    /// <summary>Delay before the next attempt; null when there should be none.</summary>
    /// <param name="options">Limits; long polls ignore attempts and elapsed time.</param>
    /// <param name="code">How the last attempt ended.</param>
    /// <param name="isLongPoll">True for calls whose purpose is to wait.</param>
    /// <param name="attempt">Number of the attempt that failed, from 1.</param>
    /// <param name="elapsed">Time since the first attempt began.</param>
    /// <param name="jitter">Uniform in [0, 1).</param>
    public static TimeSpan? Next(
        RpcRetryOptions options, StatusCode code, bool isLongPoll, int attempt, TimeSpan elapsed, double jitter)
    {
        if (!IsRetryable(code, isLongPoll) || (!isLongPoll && options.MaxRetries > 0 && attempt > options.MaxRetries))
        {
            return null;
        }

        var curve = code == StatusCode.ResourceExhausted ? Throttled : options;
        var plain = curve.InitialInterval.TotalMilliseconds * Math.Pow(curve.Multiplier, attempt - 1);
        var capped = Math.Min(plain, curve.MaxInterval.TotalMilliseconds);
        var spread = 1 + (options.RandomizationFactor * ((2 * jitter) - 1));
        var delay = TimeSpan.FromMilliseconds(capped * spread);
        return !isLongPoll && options.MaxElapsedTime is { } max && elapsed + delay > max ? null : delay;
    }
}
