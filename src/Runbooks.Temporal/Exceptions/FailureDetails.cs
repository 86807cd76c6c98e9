using Temporalio.Api.Common.V1;
using Runbooks.Temporal.Converters;

namespace Runbooks.Temporal.Exceptions;

/// <summary>Details given by code in this process, not yet converted.</summary>
public class OutboundFailureDetails : IFailureDetails
{
    public OutboundFailureDetails(IReadOnlyCollection<object?> details) => Details = details;

    /// <summary>The values as given.</summary>
    public IReadOnlyCollection<object?> Details { get; }

    public int Count => Details.Count;

    public T ElementAt<T>(int index) => (T)Details.ElementAt(index)!;
}

/// <summary>Details of a received failure; each is converted when it is asked for.</summary>
public class InboundFailureDetails : IFailureDetails
{
    private readonly IPayloadConverter converter;

    internal InboundFailureDetails(IPayloadConverter converter, IReadOnlyCollection<Payload>? payloads)
    {
        this.converter = converter;
        Payloads = payloads ?? [];
    }

    /// <summary>The payloads as received, already decoded by the codec.</summary>
    public IReadOnlyCollection<Payload> Payloads { get; }

    public int Count => Payloads.Count;

    public T ElementAt<T>(int index) => converter.ToValue<T>(Payloads.ElementAt(index));
}
