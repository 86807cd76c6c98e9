using Runbooks.Domain.Errors;

namespace Runbooks.Workflows.Steps;

/// <summary>Why a step failed, in the words of the refusal or fault that caused it.</summary>
/// <param name="Code">Refusal code, or the kind of failure.</param>
/// <param name="Text">What happened.</param>
public sealed record StepFailure(string Code, string Text)
{
    /// <summary>True for what a step may fail with; a bug is not expected and fails the workflow task instead.</summary>
    public static bool IsExpected(Exception exception) =>
        exception is FailureException or RefusalException or OperationCanceledException;

    /// <summary>True when the step ended because somebody cancelled.</summary>
    public static bool IsCancelled(Exception exception) => TemporalException.IsCanceledException(exception);

    /// <summary>Finds the innermost cause that says something.</summary>
    public static StepFailure Of(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        for (var e = exception; ; e = e.InnerException)
        {
            switch (e)
            {
                case RefusalException refused:
                    return new StepFailure(refused.Refusal.Code, refused.Refusal.ToString());
                case ApplicationFailureException application:
                    return new StepFailure(application.ErrorType ?? "fault", application.Message);
                case TimeoutFailureException timeout:
                    return new StepFailure("timeout", TimeoutText(timeout));
                default:
                    break;
            }

            if (e.InnerException is null)
            {
                return new StepFailure(IsCancelled(exception) ? "cancelled" : "fault", e.Message);
            }
        }
    }

    /// <summary>A refusal as the failure that ends a workflow: not retried, its code as the type.</summary>
    public static ApplicationFailureException Refuse(Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return new ApplicationFailureException(refusal.ToString(), errorType: refusal.Code, nonRetryable: true);
    }

    /// <summary>A failure that a step has recorded already, as the failure that ends the workflow.</summary>
    public static ApplicationFailureException Failed(Exception cause)
    {
        var (code, text) = Of(cause);
        return new ApplicationFailureException(text, cause, errorType: code, nonRetryable: true);
    }

    private static string TimeoutText(TimeoutFailureException timeout) => timeout.TimeoutType switch
    {
        Temporalio.Api.Enums.V1.TimeoutType.ScheduleToStart => "Nobody at the site took the step: its agent is not there.",
        Temporalio.Api.Enums.V1.TimeoutType.Heartbeat => "The site stopped reporting in the middle of the step.",
        _ => "The step took longer than its timeout.",
    };
}
