using Temporalio.Api.Failure.V1;

namespace Runbooks.Temporal.Converters;

/// <summary>Turns exceptions into protocol failures and back.</summary>
public interface IFailureConverter
{
    Failure ToFailure(Exception exception, IPayloadConverter payloadConverter);

    Exception ToException(Failure failure, IPayloadConverter payloadConverter);
}
