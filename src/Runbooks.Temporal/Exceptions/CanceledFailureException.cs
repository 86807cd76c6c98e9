using Temporalio.Api.Failure.V1;
using Runbooks.Temporal.Converters;

namespace Runbooks.Temporal.Exceptions;

/// <summary>A workflow, activity or child ended because it was asked to.</summary>
public class CanceledFailureException : FailureException
{
    public CanceledFailureException(
        string message, IReadOnlyCollection<object?>? details = null, Exception? inner = null)
        : base(message, inner) => Details = new OutboundFailureDetails(details ?? []);

    protected internal CanceledFailureException(Failure failure, Exception? inner, IPayloadConverter converter)
        : base(failure, inner) =>
        Details = new InboundFailureDetails(converter, failure.CanceledFailureInfo?.Details?.Payloads_);

    /// <summary>What the cancelled party reported; empty, never null.</summary>
    public IFailureDetails Details { get; }
}
