using Temporalio.Api.Common.V1;
using Runbooks.Temporal.Activities;

namespace Runbooks.Temporal.Worker.Interceptors;

/// <summary>An activity attempt to execute.</summary>
/// <param name="Activity">Definition.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Headers">Headers; null without.</param>
public record ExecuteActivityInput(
    ActivityDefinition Activity,
    object?[] Args,
    IReadOnlyDictionary<string, Payload>? Headers);

/// <summary>A heartbeat to send.</summary>
/// <param name="Details">Details for the next attempt.</param>
public record HeartbeatInput(object?[] Details);
