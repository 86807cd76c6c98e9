using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker.Interceptors;

namespace Runbooks.Temporal.Workflows;

/// <summary>Thrown out of the run method to end this run and start the next one of the chain.</summary>
public class ContinueAsNewException : TemporalException
{
    internal ContinueAsNewException(CreateContinueAsNewExceptionInput input)
        : base("Continue as new") => Input = input;

    /// <summary>What the next run starts with.</summary>
    public CreateContinueAsNewExceptionInput Input { get; }
}
