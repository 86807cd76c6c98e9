using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;
using Runbooks.Temporal.Exceptions;
using Case = Temporalio.Api.Failure.V1.Failure.FailureInfoOneofCase;

namespace Runbooks.Temporal.Converters;

/// <summary>
/// Failure to exception by the failure's kind, exception to failure by its class. A received failure that is sent on
/// keeps its protocol form, so nothing is lost over several hops. Foreign exceptions become application failures whose
/// type is their class name.
/// </summary>
public class DefaultFailureConverter : IFailureConverter
{
    private const string Source = "RunbooksTemporal";
    private const string EncodedMessage = "Encoded failure";

    public DefaultFailureConverter()
        : this(new())
    {
    }

    protected DefaultFailureConverter(DefaultFailureConverterOptions options) => Options = options;

    public DefaultFailureConverterOptions Options { get; }

    public virtual Failure ToFailure(Exception exception, IPayloadConverter payloadConverter)
    {
        // A received failure keeps its protocol form, including the attributes it was encoded with.
        if (exception is FailureException { Failure: { } received })
        {
            return received.EncodedAttributes == null ? received : HideEncoded(received);
        }

        var failure = new Failure
        {
            Message = exception.Message,
            StackTrace = exception.StackTrace ?? string.Empty,
            Source = Source,
            Cause = exception.InnerException is { } inner ? ToFailure(inner, payloadConverter) : null,
        };
        FillInfo(failure, exception, payloadConverter);
        if (Options.EncodeCommonAttributes)
        {
            failure.EncodedAttributes = payloadConverter.ToPayload(new Dictionary<string, string>
            {
                ["message"] = failure.Message,
                ["stack_trace"] = failure.StackTrace,
            });
            failure.Message = EncodedMessage;
            failure.StackTrace = string.Empty;
        }

        return failure;
    }

    public virtual Exception ToException(Failure failure, IPayloadConverter payloadConverter)
    {
        failure = RestoreEncoded(failure, payloadConverter);
        var inner = failure.Cause == null ? null : ToException(failure.Cause, payloadConverter);
        return failure.FailureInfoCase switch
        {
            Case.ApplicationFailureInfo or Case.ResetWorkflowFailureInfo =>
                new ApplicationFailureException(failure, inner, payloadConverter),
            Case.TimeoutFailureInfo => new TimeoutFailureException(failure, inner, payloadConverter),
            Case.CanceledFailureInfo => new CanceledFailureException(failure, inner, payloadConverter),
            Case.TerminatedFailureInfo => new TerminatedFailureException(failure, inner),
            Case.ServerFailureInfo => new ServerFailureException(failure, inner),
            Case.ActivityFailureInfo => new ActivityFailureException(failure, inner),
            Case.ChildWorkflowExecutionFailureInfo => new ChildWorkflowFailureException(failure, inner),
            Case.NexusOperationExecutionFailureInfo => new NexusOperationFailureException(failure, inner),
            Case.NexusHandlerFailureInfo => new NexusHandlerFailureException(failure, inner),
            _ => new FailureException(failure, inner),
        };
    }

    private static void FillInfo(Failure failure, Exception exception, IPayloadConverter converter)
    {
        switch (exception)
        {
            case ApplicationFailureException e:
                failure.ApplicationFailureInfo = new()
                {
                    Type = e.ErrorType ?? string.Empty,
                    NonRetryable = e.NonRetryable,
                    Details = ToPayloads(e.Details, converter),
                    NextRetryDelay = e.NextRetryDelay is { } delay ? Duration.FromTimeSpan(delay) : null,
                    Category = e.Category,
                };
                break;
            case CanceledFailureException e:
                failure.CanceledFailureInfo = new() { Details = ToPayloads(e.Details, converter) };
                break;
            case TimeoutFailureException e:
                failure.TimeoutFailureInfo = new()
                {
                    TimeoutType = e.TimeoutType,
                    LastHeartbeatDetails = ToPayloads(e.LastHeartbeatDetails, converter),
                };
                break;
            case TerminatedFailureException:
                failure.TerminatedFailureInfo = new();
                break;
            case ServerFailureException e:
                failure.ServerFailureInfo = new() { NonRetryable = e.NonRetryable };
                break;
            default:
                failure.ApplicationFailureInfo = new() { Type = exception.GetType().Name };
                break;
        }
    }

    private static Failure RestoreEncoded(Failure failure, IPayloadConverter converter)
    {
        if (failure.EncodedAttributes == null)
        {
            return failure;
        }

        var attributes = converter.ToValue<Dictionary<string, string?>>(failure.EncodedAttributes);
        failure = failure.Clone();
        failure.Message = attributes.GetValueOrDefault("message") ?? failure.Message;
        failure.StackTrace = attributes.GetValueOrDefault("stack_trace") ?? failure.StackTrace;
        return failure;
    }

    /// <summary>Undoes <see cref="RestoreEncoded"/> for sending on: plain text must not leave beside its
    /// encoding.</summary>
    private static Failure HideEncoded(Failure failure)
    {
        failure = failure.Clone();
        failure.Message = EncodedMessage;
        failure.StackTrace = string.Empty;
        return failure;
    }

    private static Payloads? ToPayloads(IFailureDetails details, IPayloadConverter converter) => details switch
    {
        { Count: 0 } => null,
        InboundFailureDetails inbound => new() { Payloads_ = { inbound.Payloads } },
        OutboundFailureDetails outbound => new() { Payloads_ = { converter.ToPayloads(outbound.Details) } },
        _ => throw new ArgumentException($"Unknown failure details {details.GetType()}.", nameof(details)),
    };

    /// <summary>The default converter with <see cref="DefaultFailureConverterOptions.EncodeCommonAttributes"/>
    /// set.</summary>
    public class WithEncodedCommonAttributes : DefaultFailureConverter
    {
        public WithEncodedCommonAttributes()
            : base(new() { EncodeCommonAttributes = true })
        {
        }
    }
}
