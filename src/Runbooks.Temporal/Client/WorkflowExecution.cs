using Temporalio.Api.Enums.V1;
using Temporalio.Api.Workflow.V1;
using Runbooks.Temporal.Common;
using Runbooks.Temporal.Converters;

namespace Runbooks.Temporal.Client;

/// <summary>One run as visibility knows it; it may lag behind the run itself by moments.</summary>
public class WorkflowExecution
{
    private readonly Lazy<IReadOnlyDictionary<string, IEncodedRawValue>> memo;
    private readonly Lazy<SearchAttributeCollection> searchAttributes;

    protected internal WorkflowExecution(WorkflowExecutionInfo rawInfo, DataConverter dataConverter)
    {
        RawInfo = rawInfo;
        memo = new(() => EncodedRawValue.FromMemo(rawInfo.Memo, dataConverter));
        searchAttributes = new(() => SearchAttributeCollection.FromProto(rawInfo.SearchAttributes));
    }

    public string Id => RawInfo.Execution.WorkflowId;

    public string RunId => RawInfo.Execution.RunId;

    public string WorkflowType => RawInfo.Type.Name;

    public string TaskQueue => RawInfo.TaskQueue;

    public WorkflowExecutionStatus Status => RawInfo.Status;

    public DateTime StartTime => RawInfo.StartTime.ToDateTime();

    /// <summary>When the first task was due: later than <see cref="StartTime"/> with a start delay. Null: at
    /// once.</summary>
    public DateTime? ExecutionTime => RawInfo.ExecutionTime?.ToDateTime();

    /// <summary>Null while open.</summary>
    public DateTime? CloseTime => RawInfo.CloseTime?.ToDateTime();

    /// <summary>Number of events; 0 in lists while open.</summary>
    public int HistoryLength => (int)RawInfo.HistoryLength;

    public string? ParentId => RawInfo.ParentExecution?.WorkflowId;

    public string? ParentRunId => RawInfo.ParentExecution?.RunId;

    public string? RootId => RawInfo.RootExecution?.WorkflowId;

    public string? RootRunId => RawInfo.RootExecution?.RunId;

    /// <summary>Memo values; each is decoded when asked for.</summary>
    public IReadOnlyDictionary<string, IEncodedRawValue> Memo => memo.Value;

    public SearchAttributeCollection TypedSearchAttributes => searchAttributes.Value;

    internal WorkflowExecutionInfo RawInfo { get; }
}
