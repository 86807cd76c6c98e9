using Google.Protobuf;

namespace Runbooks.Engine.Rpc;

/// <summary>One method: its full path, how its request is parsed, and who answers.</summary>
public sealed record RpcMethod(
    string Path, MessageParser RequestParser, Func<IMessage, RpcCall, Task<IMessage>> AnswerAsync);

/// <summary>
/// Method path ("/package.Service/Method") to handler. Filled once at start by every
/// <see cref="IRpcModule"/>, then only read. A path that is not here answers UNIMPLEMENTED.
/// </summary>
public sealed class RpcTable
{
    public const string WorkflowService = "/temporal.api.workflowservice.v1.WorkflowService/";
    public const string OperatorService = "/temporal.api.operatorservice.v1.OperatorService/";

    private readonly Dictionary<string, RpcMethod> _methods = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, RpcMethod> Methods => _methods;

    public void Add<TRequest, TResponse>(string path, Func<TRequest, RpcCall, Task<TResponse>> answer)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>
    {
        var parser = new MessageParser<TRequest>(() => new TRequest());
        _methods.Add(path, new RpcMethod(path, parser, async (m, call) => await answer((TRequest)m, call)));
    }

    public bool TryGet(string path, out RpcMethod method) => _methods.TryGetValue(path, out method!);
}

/// <summary>A room that answers some methods.</summary>
public interface IRpcModule
{
    void Register(RpcTable table);
}
