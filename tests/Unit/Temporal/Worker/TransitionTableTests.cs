using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker.Core;

namespace Runbooks.Tests.Unit.Temporal.Worker;

/// <summary>The tables as data: what they allow, and that every state can be reached.</summary>
public sealed class TransitionTableTests
{
    [Fact]
    public void Timer_OnEveryPair_AllowsOnlyTheListedEdges() => RequireClosed(TimerMachine.Table, 7);

    [Fact]
    public void Activity_OnEveryPair_AllowsOnlyTheListedEdges() => RequireClosed(ActivityMachine.Table, 12);

    [Fact]
    public void LocalActivity_OnEveryPair_AllowsOnlyTheListedEdges() => RequireClosed(LocalActivityMachine.Table, 4);

    [Fact]
    public void Child_OnEveryPair_AllowsOnlyTheListedEdges() => RequireClosed(ChildWorkflowMachine.Table, 10);

    [Fact]
    public void Signal_OnEveryPair_AllowsOnlyTheListedEdges() => RequireClosed(ExternalSignalMachine.Table, 4);

    [Fact]
    public void CancelRequest_OnEveryPair_AllowsOnlyTheListedEdges() => RequireClosed(ExternalCancelMachine.Table, 3);

    [Fact]
    public void Update_OnEveryPair_AllowsOnlyTheListedEdges() => RequireClosed(UpdateMachine.Table, 7);

    [Fact]
    public void Patch_OnEveryPair_AllowsOnlyTheListedEdges() => RequireClosed(PatchMachine.Table, 1);

    [Fact]
    public void SingleCommand_OnEveryPair_AllowsOnlyTheListedEdges() => RequireClosed(SingleCommandMachine.Table, 1);

    private static void RequireClosed<TState, TInput>(TransitionTable<TState, TInput> table, int edges)
        where TState : struct, Enum
        where TInput : struct, Enum
    {
        Assert.Equal(edges, table.Edges.Count);
        foreach (var state in Enum.GetValues<TState>())
        {
            foreach (var input in Enum.GetValues<TInput>())
            {
                if (table.Edges.Any(e => e.From.Equals(state) && e.Input.Equals(input)))
                {
                    Assert.True(table.Allows(state, input));
                    continue;
                }
                var refused = Assert.Throws<WorkflowNondeterminismException>(() => table.Next(state, input, "x"));
                Assert.Contains($"{state} cannot take {input}", refused.Message, StringComparison.Ordinal);
            }
        }
        var begin = Enum.GetValues<TState>()[0];
        Assert.All(
            Enum.GetValues<TState>(),
            state => Assert.True(
                state.Equals(begin) || table.Edges.Any(e => e.To.Equals(state)), $"{state} is never reached"));
    }
}
