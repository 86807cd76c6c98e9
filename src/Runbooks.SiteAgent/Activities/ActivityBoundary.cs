using Runbooks.Domain.Errors;
using Runbooks.Domain.Text;
using Runbooks.Temporal.Exceptions;

namespace Runbooks.SiteAgent.Activities;

/// <summary>
/// The one place where the site's outcomes become activity results: a refusal is a failure that is not tried again, its code as the type; a
/// fault is tried again unless it is permanent; a bug is not caught here and ends the process.
/// </summary>
internal static class ActivityBoundary
{
    /// <summary>Runs a site call.</summary>
    public static async Task<T> RunAsync<T>(Func<Task<Outcome<T>>> call)
    {
        try
        {
            var outcome = await call().ConfigureAwait(false);
            return outcome.IsOk ? outcome.Value : throw Refused(outcome.Refusal);
        }
        catch (RefusalException e)
        {
            throw Refused(e.Refusal);
        }
        catch (Fault e)
        {
            throw new ApplicationFailureException(
                $"{e.Message} (side {KebabCase.Of(e.Side)}, stage {e.Stage})",
                e,
                errorType: $"fault.{KebabCase.Of(e.Side)}",
                nonRetryable: !e.IsTransient,
                nextRetryDelay: e.RetryAfter);
        }
    }

    /// <summary>The same for a call that answers at once.</summary>
    public static Task<T> RunAsync<T>(Func<Outcome<T>> call) => RunAsync(() => Task.FromResult(call()));

    private static ApplicationFailureException Refused(Refusal refusal) =>
        new(refusal.ToString(), errorType: refusal.Code, nonRetryable: true);
}
