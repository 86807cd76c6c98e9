using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Temporalio.Api.Enums.V1;
using Runbooks.Temporal.Client.Interceptors;
using Runbooks.Temporal.Converters;

namespace Runbooks.Temporal.Client;

/// <summary>Options of a client over an existing connection.</summary>
public class TemporalClientOptions : ICloneable
{
    /// <summary>Default "default".</summary>
    public string Namespace { get; set; } = "default";

    /// <summary>Default <see cref="Converters.DataConverter.Default"/>.</summary>
    public DataConverter DataConverter { get; set; } = DataConverter.Default;

    /// <summary>First is outermost. Those that are also worker interceptors serve workers of this client too. Default
    /// null.</summary>
    public IReadOnlyCollection<IClientInterceptor>? Interceptors { get; set; }

    /// <summary>Default: logs nothing.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>Reject condition of queries that give none. Default null: never rejected.</summary>
    public QueryRejectCondition? QueryRejectCondition { get; set; }

    public virtual object Clone() => MemberwiseClone();
}
