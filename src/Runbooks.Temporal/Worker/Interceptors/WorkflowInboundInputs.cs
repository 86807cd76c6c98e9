using System.Reflection;
using Temporalio.Api.Common.V1;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Worker.Interceptors;

/// <summary>A run to execute.</summary>
/// <param name="Instance">Workflow object.</param>
/// <param name="RunMethod">Run method.</param>
/// <param name="Args">Arguments.</param>
public record ExecuteWorkflowInput(object Instance, MethodInfo RunMethod, object?[] Args)
{
    /// <summary>Headers of the start; null without.</summary>
    public IReadOnlyDictionary<string, Payload>? Headers => Workflow.Info.Headers;
}

/// <summary>A signal to handle.</summary>
/// <param name="Signal">Signal name.</param>
/// <param name="Definition">Handler.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Headers">Headers; null without.</param>
public record HandleSignalInput(
    string Signal,
    WorkflowSignalDefinition Definition,
    object?[] Args,
    IReadOnlyDictionary<string, Payload>? Headers);

/// <summary>A query to answer.</summary>
/// <param name="Id">Query id.</param>
/// <param name="Query">Query name.</param>
/// <param name="Definition">Handler.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Headers">Headers; null without.</param>
public record HandleQueryInput(
    string Id,
    string Query,
    WorkflowQueryDefinition Definition,
    object?[] Args,
    IReadOnlyDictionary<string, Payload>? Headers);

/// <summary>An update to validate or handle.</summary>
/// <param name="Id">Update id.</param>
/// <param name="Update">Update name.</param>
/// <param name="Definition">Handler.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Headers">Headers; null without.</param>
public record HandleUpdateInput(
    string Id,
    string Update,
    WorkflowUpdateDefinition Definition,
    object?[] Args,
    IReadOnlyDictionary<string, Payload>? Headers);
