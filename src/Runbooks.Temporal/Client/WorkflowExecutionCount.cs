using System.Text.Json;
using Temporalio.Api.WorkflowService.V1;
using Runbooks.Temporal.Converters;

namespace Runbooks.Temporal.Client;

/// <summary>Answer of a count.</summary>
public class WorkflowExecutionCount
{
    internal WorkflowExecutionCount(CountWorkflowExecutionsResponse raw)
    {
        Count = raw.Count;
        Groups = raw.Groups.Select(group => new AggregationGroup(group)).ToArray();
    }

    /// <summary>Approximate number of runs, all groups together.</summary>
    public long Count { get; }

    /// <summary>One entry per group when the query says GROUP BY; empty otherwise.</summary>
    public IReadOnlyCollection<AggregationGroup> Groups { get; }

    /// <summary>One group of a count.</summary>
    public class AggregationGroup
    {
        internal AggregationGroup(CountWorkflowExecutionsResponse.Types.AggregationGroup raw)
        {
            Count = raw.Count;
            GroupValues = raw.GroupValues.Select(Read).ToArray();
        }

        public long Count { get; }

        /// <summary>Values that define the group, as text where they are text.</summary>
        public IReadOnlyCollection<object> GroupValues { get; }

        private static object Read(Temporalio.Api.Common.V1.Payload value)
        {
            var json = DataConverter.Default.PayloadConverter.ToValue<JsonElement>(value);
            return json.ValueKind == JsonValueKind.String ? json.GetString()! : json;
        }
    }
}
