using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Temporalio.Api.Enums.V1;
using Runbooks.Temporal.Client.Interceptors;
using Runbooks.Temporal.Converters;

namespace Runbooks.Temporal.Client;

/// <summary>Options of a connection and its client in one.</summary>
public class TemporalClientConnectOptions : TemporalConnectionOptions
{
    public TemporalClientConnectOptions()
    {
    }

    public TemporalClientConnectOptions(string targetHost)
        : base(targetHost)
    {
    }

    /// <inheritdoc cref="TemporalClientOptions.Namespace"/>
    public string Namespace { get; set; } = "default";

    /// <inheritdoc cref="TemporalClientOptions.DataConverter"/>
    public DataConverter DataConverter { get; set; } = DataConverter.Default;

    /// <inheritdoc cref="TemporalClientOptions.Interceptors"/>
    public IReadOnlyCollection<IClientInterceptor>? Interceptors { get; set; }

    /// <inheritdoc cref="TemporalClientOptions.LoggerFactory"/>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <inheritdoc cref="TemporalClientOptions.QueryRejectCondition"/>
    public QueryRejectCondition? QueryRejectCondition { get; set; }

    internal TemporalClientOptions ToClientOptions() => new()
    {
        Namespace = Namespace,
        DataConverter = DataConverter,
        Interceptors = Interceptors,
        LoggerFactory = LoggerFactory,
        QueryRejectCondition = QueryRejectCondition,
    };
}
