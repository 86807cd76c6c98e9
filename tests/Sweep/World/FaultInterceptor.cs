using System.Reflection;
using Runbooks.Temporal.Activities;
using Runbooks.Temporal.Worker.Interceptors;
using Runbooks.Workflows;

namespace Runbooks.Tests.Sweep.World;

/// <summary>Stands between the engine and the world: names every call, refuses it, or loses what it answered.</summary>
internal sealed class FaultInterceptor(Worlds worlds) : IWorkerInterceptor
{
    public ActivityInboundInterceptor InterceptActivity(ActivityInboundInterceptor nextInterceptor) =>
        new Inbound(nextInterceptor, worlds);

    private sealed class Inbound(ActivityInboundInterceptor next, Worlds worlds) : ActivityInboundInterceptor(next)
    {
        public override async Task<object?> ExecuteActivityAsync(ExecuteActivityInput input)
        {
            var info = ActivityExecutionContext.Current.Info;
            var one = worlds.CurrentCase;
            var first = info.Attempt == 1;
            var name = one.NameOf(info.ActivityType, info.TaskQueue, StepOf(input.Args), first);
            if (first)
            {
                one.Calls.Enqueue(name);
            }

            if (one.OnCall is { } hear)
            {
                await hear(name);
            }

            if (one.Refused == name)
            {
                throw Refusals.Of($"refused by the test: {name}");
            }

            var result = await base.ExecuteActivityAsync(input);
            var isTriedAgain = info.RetryPolicy?.MaximumAttempts != 1;
            return one.LosesFirstResults && first && isTriedAgain ? throw Refusals.LostResult() : result;
        }

        private static string StepOf(object?[] args)
        {
            var key = args.FirstOrDefault()?.GetType().GetProperty("Key", BindingFlags.Public | BindingFlags.Instance);
            return key?.GetValue(args[0]) is StepKey step ? step.Step : string.Empty;
        }
    }
}
