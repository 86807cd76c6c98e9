using Temporalio.Api.Failure.V1;

namespace Runbooks.Temporal.Exceptions;

/// <summary>An exception that travels as a Temporal <c>Failure</c>. Thrown in a workflow it fails it.</summary>
public class FailureException : TemporalException
{
    protected internal FailureException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    protected internal FailureException(Failure failure, Exception? inner)
        : base(failure.Message, inner) => Failure = failure;

    /// <summary>The protocol failure this was read from; null when it was created in this process.</summary>
    public Failure? Failure { get; protected init; }

    /// <summary>The remote stack trace for a received failure, the local one otherwise.</summary>
    public override string? StackTrace =>
        string.IsNullOrEmpty(Failure?.StackTrace) ? base.StackTrace : Failure.StackTrace;
}
