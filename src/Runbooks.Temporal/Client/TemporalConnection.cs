using Google.Protobuf;
using Grpc.Health.V1;
using Temporalio.Api.WorkflowService.V1;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Transport;

namespace Runbooks.Temporal.Client;

/// <summary>The connection over gRPC. It reconnects by itself; a lost server shows as failing calls only.</summary>
public sealed class TemporalConnection : ITemporalConnection, IDisposable
{
    private static readonly TimeSpan UnaryTimeout = TimeSpan.FromSeconds(30);

    // Servers end a long poll after at most 60 s.
    private static readonly TimeSpan LongPollTimeout = TimeSpan.FromSeconds(70);

    private readonly GrpcChannel channel;
    private readonly RpcRetryOptions retry;
    private readonly SemaphoreSlim connecting = new(1);
    private volatile GetSystemInfoResponse? systemInfo;

    private TemporalConnection(TemporalConnectionOptions options)
    {
        Options = (TemporalConnectionOptions)options.Clone();
        Options.Identity ??= $"{Environment.ProcessId}@{Environment.MachineName}";
        var target = Options.TargetHost ?? throw new ArgumentException("TargetHost is required.", nameof(options));
        var tls = Options.Tls ?? (Options.ApiKey == null ? null : new TlsOptions());
        retry = Options.RpcRetry ?? new();
        RpcMetadata = Options.RpcMetadata ?? [];
        ApiKey = Options.ApiKey;
        channel = new(new(target, tls is { Disabled: true } ? null : tls, Options.KeepAlive)
        {
            Proxy = Options.HttpConnectProxy,
        });
        WorkflowService = new(this);
        OperatorService = new(this);
        HealthService = new(this);
    }

    public IReadOnlyCollection<KeyValuePair<string, string>> RpcMetadata { get; set; }

    public string? ApiKey { get; set; }

    public WorkflowService WorkflowService { get; }

    public OperatorService OperatorService { get; }

    public TemporalConnectionOptions Options { get; }

    public bool IsConnected => systemInfo != null;

    internal HealthService HealthService { get; }

    /// <summary>Connects and asks the server who it is. Throws <see cref="InvalidOperationException"/> with the cause
    /// when that fails.</summary>
    public static async Task<TemporalConnection> ConnectAsync(TemporalConnectionOptions options)
    {
        var connection = CreateLazy(options);
        try
        {
            await connection.ConnectAsync().ConfigureAwait(false);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A connection that connects on its first call.</summary>
    public static TemporalConnection CreateLazy(TemporalConnectionOptions options) => new(options);

    public async Task ConnectAsync()
    {
        try
        {
            await GetSystemInfoAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (RpcException e)
        {
            throw new InvalidOperationException($"Connection failed: {e.Message}", e);
        }
    }

    public async Task<bool> CheckHealthAsync(RpcService? service = null, RpcOptions? options = null)
    {
        var request = new HealthCheckRequest { Service = (service ?? WorkflowService).FullName };
        var answer = await HealthService.CheckAsync(request, options).ConfigureAwait(false);
        return answer.Status == HealthCheckResponse.Types.ServingStatus.Serving;
    }

    /// <summary>Closes the connection; calls under way fail. Optional at process end.</summary>
    public void Dispose()
    {
        channel.Dispose();
        connecting.Dispose();
    }

    /// <summary>What the server can do; asked once per connection.</summary>
    internal async Task<GetSystemInfoResponse> GetSystemInfoAsync(CancellationToken cancellationToken)
    {
        if (systemInfo is { } known)
        {
            return known;
        }

        await connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return systemInfo ??= await AskSystemInfoAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            connecting.Release();
        }
    }

    internal async Task<T> InvokeAsync<T>(
        string service, string rpc, IMessage request, MessageParser<T> parser, RpcOptions? options)
        where T : IMessage<T>
    {
        var cancellationToken = options?.CancellationToken ?? CancellationToken.None;
        var isLongPoll = LongPolls.Contains(rpc, request);
        var call = new GrpcCall(
            options?.Timeout ?? (isLongPoll ? LongPollTimeout : UnaryTimeout),
            RpcHeaders.For(request, this, options),
            cancellationToken);
        if (options?.Retry != true)
        {
            return await AttemptAsync().ConfigureAwait(false);
        }

        return await RpcRetryLoop.RunAsync(AttemptAsync, retry, isLongPoll, cancellationToken).ConfigureAwait(false);

        async Task<T> AttemptAsync()
        {
            if (!IsConnected && service != HealthService.ServiceName && rpc != "GetSystemInfo")
            {
                await GetSystemInfoAsync(cancellationToken).ConfigureAwait(false);
            }

            return await channel.UnaryAsync(service, rpc, request, parser, call).ConfigureAwait(false);
        }
    }

    private async Task<GetSystemInfoResponse> AskSystemInfoAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await WorkflowService.GetSystemInfoAsync(
                new(), new() { CancellationToken = cancellationToken }).ConfigureAwait(false);
        }
        catch (RpcException e) when (e.Code == RpcException.StatusCode.Unimplemented)
        {
            // Servers older than the call have none of the capabilities it reports.
            return new();
        }
    }
}
