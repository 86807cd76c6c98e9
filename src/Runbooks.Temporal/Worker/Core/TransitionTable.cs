using Runbooks.Temporal.Exceptions;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>
/// The edges of a command machine, written as data at the top of its file. Every edge that is not listed is refused:
/// the history then tells a story that the code did not, which is nondeterminism.
/// </summary>
internal sealed class TransitionTable<TState, TInput>(
    string machine, params (TState From, TInput Input, TState To)[] edges)
    where TState : struct, Enum
    where TInput : struct, Enum
{
    private readonly Dictionary<(TState, TInput), TState> next = edges.ToDictionary(e => (e.From, e.Input), e => e.To);

    internal IReadOnlyCollection<(TState From, TInput Input, TState To)> Edges { get; } = edges;

    internal TState Next(TState state, TInput input, string subject) =>
        next.TryGetValue((state, input), out var to)
            ? to
            : throw Nondeterminism.Error($"{machine} machine in state {state} cannot take {input} ({subject})");

    internal bool Allows(TState state, TInput input) => next.ContainsKey((state, input));
}
