using Runbooks.Engine.Visibility;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Tests.Unit.EngineFront;

public sealed class VisibilityQueryTests
{
    [Theory]
    [InlineData("", "true")]
    [InlineData("WorkflowId = 'a'", "(workflow_id = $1)")]
    [InlineData("workflowtype='x' AND WorkflowType = \"y\"", null)]
    [InlineData("WorkflowType = 'x' and (RunId != 'r' OR TaskQueue='q')",
        "((workflow_type = $1) and ((run_id::text != $2) or (task_queue = $3)))")]
    [InlineData("ExecutionStatus IN ('Running', 'TimedOut')", "((status = $1) or (status = $2))")]
    [InlineData("StartTime BETWEEN '2024-01-01T00:00:00Z' AND '2024-02-01T00:00:00Z'",
        "(start_time between $1 and $2)")]
    [InlineData("CloseTime IS NULL", "(close_time is null)")]
    [InlineData("CloseTime is not null", "not coalesce((close_time is null), false)")]
    [InlineData("WorkflowId STARTS_WITH 'drill-'", "starts_with(workflow_id, $1)")]
    [InlineData("`Count` >= 5", "((search_attributes->>$1)::bigint >= $2)")]
    [InlineData("Tags = 'red'", "(jsonb_exists((search_attributes->$1), $2))")]
    [InlineData("Flag = true", "((search_attributes->>$1)::boolean = $2)")]
    [InlineData("NOT WorkflowId = 'a'", "not coalesce((workflow_id = $1), false)")]
    public void Filter_Text_BecomesParameterisedSql(string query, string? expected)
    {
        if (expected is null)
        {
            Assert.Throws<QueryRefusedException>(() => Sql(query));
            return;
        }
        Assert.Equal(expected, Sql(query).Text);
    }

    [Theory]
    [InlineData("Nowhere = 'x'", "not defined")]
    [InlineData("WorkflowId = x", "a value")]
    [InlineData("WorkflowId 'x'", "a comparison")]
    [InlineData("WorkflowId = 'x", "not closed")]
    [InlineData("(WorkflowId = 'x'", ")")]
    [InlineData("WorkflowId = 'x' RunId = 'y'", "the end")]
    [InlineData("ExecutionStatus = 'Sleeping'", "Sleeping")]
    [InlineData("StartTime > 'yesterday'", "yesterday")]
    [InlineData("Count = 'many'", "many")]
    [InlineData("ExecutionStatus > 'Running'", "not supported")]
    [InlineData("Tags < 'a'", "not supported")]
    [InlineData("WorkflowId = 'x'; drop table t", ";")]
    public void Filter_ThatCannotBeRead_NamesTheWrongPart(string query, string named) =>
        Assert.Contains(named, Assert.Throws<QueryRefusedException>(() => Sql(query)).Message, StringComparison.Ordinal);

    [Fact]
    public void Values_AreNeverPartOfTheText()
    {
        var sql = Sql("WorkflowId = 'it''s; drop table x' OR Owner = \"a\\\"b\"");
        Assert.Equal("((workflow_id = $1) or ((search_attributes->>$2) = $3))", sql.Text);
        Assert.Equal(["it's; drop table x", "Owner", "a\"b"], sql.Parameters);
    }

    [Fact]
    public void Status_InEverySpelling_IsTheSameNumber() => Assert.All(
        ["ExecutionStatus='Running'", "ExecutionStatus=1", "ExecutionStatus='WORKFLOW_EXECUTION_STATUS_RUNNING'"],
        query => Assert.Equal((short)1, Sql(query).Parameters.Single()));

    [Fact]
    public void OrderAndGroup_AreReadAfterTheFilter()
    {
        var query = QueryParser.Parse("WorkflowId='a' ORDER BY StartTime DESC, Count");
        Assert.Equal([new QueryOrder("StartTime", true), new QueryOrder("Count", false)], query.Order);
        Assert.Equal("ExecutionStatus", QueryParser.Parse("GROUP BY ExecutionStatus").GroupBy);
        Assert.Equal("start_time desc, (search_attributes->>$1)::bigint asc, run_id",
            QuerySql.Order(query.Order, Custom, []).Text);
    }

    [Fact]
    public void Filter_NestedWithoutEnd_IsRefusedBeforeTheStackEnds() =>
        Assert.Throws<QueryRefusedException>(() => Sql(new string('(', 100_000)));

    private static SqlCondition Sql(string query) =>
        QuerySql.Condition(QueryParser.Parse(query).Filter, Custom, []);

    private static IndexedValueType? Custom(string name) => name switch
    {
        "Count" => IndexedValueType.Int,
        "Tags" => IndexedValueType.KeywordList,
        "Flag" => IndexedValueType.Bool,
        "Owner" => IndexedValueType.Keyword,
        _ => null,
    };
}
