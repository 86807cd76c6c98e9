using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Runbooks.Workflows.Steps;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.ControlPlane.Projection;

/// <summary>Reads single facts out of history events. Pure: the same history gives the same rows.</summary>
internal static partial class HistoryFacts
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true };

    /// <summary>The step change that an event carries, or null.</summary>
    public static StepChange? StepOf(HistoryEvent happened) =>
        happened.EventType == EventType.WorkflowPropertiesModified
        && happened.WorkflowPropertiesModifiedEventAttributes.UpsertedMemo is { } memo
        && memo.Fields.TryGetValue(StepChange.MemoKey, out var payload)
            ? Read<StepChange>(payload)
            : null;

    public static T? Read<T>(Payload payload) =>
        payload.Data.IsEmpty ? default : JsonSerializer.Deserialize<T>(payload.Data.Span, Json);

    public static string? TextOf(Payloads? payloads) =>
        payloads is { Payloads_.Count: > 0 } && !payloads.Payloads_[0].Data.IsEmpty
            ? payloads.Payloads_[0].Data.ToStringUtf8()
            : null;

    /// <summary>SHA-256 of what an activity was given or gave: the audit proves it without holding it.</summary>
    public static string HashOf(Payloads? payloads)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var payload in payloads?.Payloads_ ?? [])
        {
            hash.AppendData(payload.Data.Span);
        }

        return "sha256:" + Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>
    /// Where a child's steps stand in the run: the path of the step that started it. A child's id is its parent's, then
    /// <c>/STEP#ATTEMPT/WHAT</c>.
    /// </summary>
    public static string PrefixOf(string rootId, string workflowId)
    {
        if (workflowId == rootId || !workflowId.StartsWith(rootId + "/", StringComparison.Ordinal))
        {
            return workflowId == rootId ? "" : workflowId + "/";
        }

        var rest = Attempt().Replace(workflowId[(rootId.Length + 1)..], "");
        var cut = rest.LastIndexOf('/');
        return (cut < 0 ? rest : rest[..cut]) + "/";
    }

    public static bool IsClose(EventType type) => type is EventType.WorkflowExecutionCompleted
        or EventType.WorkflowExecutionFailed or EventType.WorkflowExecutionTimedOut or EventType.WorkflowExecutionCanceled
        or EventType.WorkflowExecutionTerminated or EventType.WorkflowExecutionContinuedAsNew;

    [GeneratedRegex("#[0-9]+")]
    private static partial Regex Attempt();
}
