using Google.Protobuf;

namespace Runbooks.Temporal.Client;

/// <summary>Raw calls of one gRPC service. Calls are not retried unless <see cref="RpcOptions.Retry"/> is
/// true.</summary>
public abstract class RpcService
{
    private readonly TemporalConnection connection;

    private protected RpcService(TemporalConnection connection) => this.connection = connection;

    /// <summary>Full name of the service in the protocol.</summary>
    public abstract string FullName { get; }

    /// <summary>Calls <paramref name="rpc"/>. Throws <see cref="Exceptions.RpcException"/> for every outcome but OK,
    /// and <see cref="OperationCanceledException"/> when the caller's token gave up.</summary>
    public Task<T> CallAsync<T>(string rpc, IMessage request, MessageParser<T> parser, RpcOptions? options = null)
        where T : IMessage<T> =>
        connection.InvokeAsync(FullName, rpc, request, parser, options);
}
