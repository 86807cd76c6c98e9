using Temporalio.Api.Enums.V1;

namespace Runbooks.Temporal.Client;

/// <summary>Options of a signal.</summary>
public class WorkflowSignalOptions : ICloneable
{
    public RpcOptions? Rpc { get; set; }

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Options of a query.</summary>
public class WorkflowQueryOptions : ICloneable
{
    /// <summary>Default null: the client's.</summary>
    public QueryRejectCondition? RejectCondition { get; set; }

    public RpcOptions? Rpc { get; set; }

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Options of a cancellation request.</summary>
public class WorkflowCancelOptions : ICloneable
{
    public RpcOptions? Rpc { get; set; }

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Options of a termination.</summary>
public class WorkflowTerminateOptions : ICloneable
{
    /// <summary>Values kept in the terminated event. Default null.</summary>
    public IReadOnlyCollection<object?>? Details { get; set; }

    public RpcOptions? Rpc { get; set; }

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Options of a description.</summary>
public class WorkflowDescribeOptions : ICloneable
{
    public RpcOptions? Rpc { get; set; }

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Options of reading a whole history.</summary>
public class WorkflowHistoryFetchOptions : ICloneable
{
    /// <summary>Default: every event.</summary>
    public HistoryEventFilterType EventFilterType { get; set; } = HistoryEventFilterType.AllEvent;

    public bool SkipArchival { get; set; }

    public RpcOptions? Rpc { get; set; }

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Options of reading history events one by one.</summary>
public class WorkflowHistoryEventFetchOptions : WorkflowHistoryFetchOptions
{
    /// <summary>True: wait for further events until the run closes. Default false.</summary>
    public bool WaitNewEvent { get; set; }

    /// <summary>Events per call; 0: the server's choice.</summary>
    public int PageSize { get; set; }
}

/// <summary>Options of a list of workflows.</summary>
public class WorkflowListOptions : ICloneable
{
    /// <summary>At most this many in all; 0: no limit.</summary>
    public int Limit { get; set; }

    /// <summary>Workflows per call; 0: the server's choice.</summary>
    public int PageSize { get; set; }

    public RpcOptions? Rpc { get; set; }

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Options of a count.</summary>
public class WorkflowCountOptions : ICloneable
{
    public RpcOptions? Rpc { get; set; }

    public virtual object Clone() => MemberwiseClone();
}
