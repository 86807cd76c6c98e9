using Temporalio.Api.Workflow.V1;

namespace Runbooks.Engine.Visibility;

/// <summary>
/// Where a page ended: the key of its last row in the default order, or a row count for orders asked for.
/// </summary>
public sealed record ListPosition(DateTime Closed, DateTime Started, Guid RunId, long Skipped);

/// <summary>One page of runs; <paramref name="End"/> is null when nothing follows.</summary>
public sealed record ListPage(IReadOnlyList<WorkflowExecutionInfo> Runs, ListPosition? End);

/// <summary>Reads of what lists show. What a list shows is as fresh as its last committed row.</summary>
public interface IVisibilityStore
{
    /// <param name="filter">Condition whose first parameter ($1) is the namespace.</param>
    /// <param name="order">Order with its parameters after the filter's; null for the default order.</param>
    Task<ListPage> ListAsync(
        SqlCondition filter, SqlCondition? order, ListPosition? after, int size, CancellationToken cancel);

    Task<IReadOnlyDictionary<short, long>> CountByStatusAsync(SqlCondition filter, CancellationToken cancel);
}
