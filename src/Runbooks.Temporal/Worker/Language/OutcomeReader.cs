using Runbooks.Temporal.Worker.Core;

namespace Runbooks.Temporal.Worker.Language;

/// <summary>Turns outcomes into values or exceptions.</summary>
internal static class OutcomeReader
{
    internal static TResult Read<TResult>(WorkflowInstance run, Outcome outcome)
    {
        if (outcome.Failure is not null)
        {
            throw run.FailureConverter.ToException(outcome.Failure, run.PayloadConverter);
        }
        // An empty tuple stands for "no result": code that did not ask must not fail on one.
        return typeof(TResult) == typeof(ValueTuple) || outcome.Result is null
            ? default!
            : (TResult)PayloadArgs.ToValue(run.PayloadConverter, outcome.Result, typeof(TResult))!;
    }
}
