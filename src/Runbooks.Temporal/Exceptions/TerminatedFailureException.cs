using Temporalio.Api.Failure.V1;

namespace Runbooks.Temporal.Exceptions;

/// <summary>A workflow was ended from outside without being asked first.</summary>
public class TerminatedFailureException : FailureException
{
    public TerminatedFailureException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    protected internal TerminatedFailureException(Failure failure, Exception? inner)
        : base(failure, inner)
    {
    }
}
