using Temporalio.Api.Command.V1;
using Temporalio.Api.Protocol.V1;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>What the worker answers to a workflow task that went well.</summary>
internal sealed record TaskResult(
    IReadOnlyList<Command> Commands,
    IReadOnlyList<Message> Messages,
    IReadOnlyList<uint> CoreFlags);
