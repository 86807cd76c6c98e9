using Google.Protobuf;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Worker.Core;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.Sdk.V1;

namespace Runbooks.Temporal.Worker;

/// <summary>
/// The codec between core and language: everything the core and the server hold is encoded, everything workflow code
/// sees is decoded. It runs outside the workflow's thread because codecs may wait for I/O. History events are copied
/// before they are decoded: the core may look at them again.
/// </summary>
internal sealed class ActivationCodec(IPayloadCodec codec)
{
    internal async Task<WorkflowActivation> DecodeAsync(WorkflowActivation activation)
    {
        var jobs = new List<ActivationJob>(activation.Jobs.Count);
        foreach (var job in activation.Jobs)
        {
            jobs.Add(await DecodeAsync(job).ConfigureAwait(false));
        }
        return activation with { Jobs = jobs };
    }

    internal async Task<WorkflowCompletion> EncodeAsync(WorkflowCompletion completion)
    {
        if (completion.TaskFailure is not null)
        {
            await PayloadWalker.ApplyAsync(completion.TaskFailure, codec.EncodeAsync).ConfigureAwait(false);
            return completion;
        }
        var commands = new List<WorkflowCommand>(completion.Commands.Count);
        foreach (var command in completion.Commands)
        {
            commands.Add(await EncodeAsync(command).ConfigureAwait(false));
        }
        return completion with { Commands = commands };
    }

    private async Task<ActivationJob> DecodeAsync(ActivationJob job) => job switch
    {
        InitializeWorkflow j => j with { Started = await DecodeAsync(j.Started).ConfigureAwait(false) },
        SignalWorkflow j => j with { Signal = await DecodeAsync(j.Signal).ConfigureAwait(false) },
        DoUpdate j => j with { Request = await DecodeAsync(j.Request).ConfigureAwait(false) },
        AnswerQuery j => j with { Query = await DecodeAsync(j.Query).ConfigureAwait(false) },
        ResolveActivity j => j with { Outcome = await DecodeAsync(j.Outcome).ConfigureAwait(false) },
        ResolveChild j => j with { Outcome = await DecodeAsync(j.Outcome).ConfigureAwait(false) },
        ResolveChildStart { Failure: { } f } j => j with { Failure = await DecodeAsync(f).ConfigureAwait(false) },
        ResolveExternalSignal { Failure: { } f } j => j with { Failure = await DecodeAsync(f).ConfigureAwait(false) },
        ResolveExternalCancel { Failure: { } f } j => j with { Failure = await DecodeAsync(f).ConfigureAwait(false) },
        _ => job,
    };

    private async Task<T> DecodeAsync<T>(T message)
        where T : IDeepCloneable<T>, IMessage
    {
        var copy = message.Clone();
        await PayloadWalker.ApplyAsync(copy, codec.DecodeAsync).ConfigureAwait(false);
        return copy;
    }

    private async Task<Outcome> DecodeAsync(Outcome outcome) => new(
        outcome.Result is null ? null : await codec.DecodeSingleAsync(outcome.Result).ConfigureAwait(false),
        outcome.Failure is null ? null : await DecodeAsync(outcome.Failure).ConfigureAwait(false),
        outcome.Canceled);

    private async Task<WorkflowCommand> EncodeAsync(WorkflowCommand command)
    {
        switch (command)
        {
            case StartTimer c:
                await EncodeAsync(c.Metadata).ConfigureAwait(false);
                return c;
            case ScheduleActivity c:
                await EncodeAsync(c.Attributes).ConfigureAwait(false);
                await EncodeAsync(c.Metadata).ConfigureAwait(false);
                return c;
            case ScheduleLocalActivity c:
                // One list of arguments serves all attempts of the code's retry loop, so it is copied first.
                var attributes = c.Attributes.Clone();
                await EncodeAsync(attributes).ConfigureAwait(false);
                await EncodeAsync(c.Metadata).ConfigureAwait(false);
                return c with { Attributes = attributes };
            case StartChild c:
                await EncodeAsync(c.Attributes).ConfigureAwait(false);
                await EncodeAsync(c.Metadata).ConfigureAwait(false);
                return c;
            case SignalExternal c:
                await EncodeAsync(c.Attributes).ConfigureAwait(false);
                return c;
            case ModifyMemo c:
                await EncodeAsync(c.Memo).ConfigureAwait(false);
                return c;
            case ContinueAsNew c:
                await EncodeAsync(c.Attributes).ConfigureAwait(false);
                return c;
            case FailWorkflow c:
                await EncodeAsync(c.Failure).ConfigureAwait(false);
                return c;
            case RejectUpdate c:
                await EncodeAsync(c.Failure).ConfigureAwait(false);
                return c;
            case CompleteWorkflow { Result: { } result } c:
                return c with { Result = await codec.EncodeSingleAsync(result).ConfigureAwait(false) };
            case CompleteUpdate c:
                await EncodeAsync(c.Failure).ConfigureAwait(false);
                return c with { Result = await EncodeAsync(c.Result).ConfigureAwait(false) };
            case QueryAnswer c:
                await EncodeAsync(c.Failure).ConfigureAwait(false);
                return c with { Result = await EncodeAsync(c.Result).ConfigureAwait(false) };
            default:
                return command;
        }
    }

    private Task EncodeAsync(IMessage? message) => PayloadWalker.ApplyAsync(message, codec.EncodeAsync);

    private async Task<Payload?> EncodeAsync(Payload? payload) =>
        payload is null ? null : await codec.EncodeSingleAsync(payload).ConfigureAwait(false);
}
