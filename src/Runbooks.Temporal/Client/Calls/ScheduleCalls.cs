using System.Runtime.CompilerServices;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Schedule.V1;
using Temporalio.Api.WorkflowService.V1;
using Runbooks.Temporal.Client.Interceptors;
using Runbooks.Temporal.Client.Schedules;
using Runbooks.Temporal.Exceptions;

namespace Runbooks.Temporal.Client.Calls;

/// <summary>Schedules.</summary>
internal sealed class ScheduleCalls(CallContext context)
{
    /// <summary>An update that meets another writer this often gives up.</summary>
    private const int UpdateAttemptsMax = 5;

    public async Task<ScheduleHandle> CreateAsync(CreateScheduleInput input)
    {
        var options = input.Options;
        var request = new CreateScheduleRequest
        {
            Namespace = context.Namespace,
            Identity = context.Identity,
            RequestId = CallContext.NewRequestId(),
            ScheduleId = input.Id,
            Schedule = await input.Schedule.ToProtoAsync(context).ConfigureAwait(false),
            Memo = await context.ToMemoAsync(options?.Memo).ConfigureAwait(false),
            SearchAttributes = options?.TypedSearchAttributes is { Count: > 0 } set ? set.ToProto() : null,
        };
        if (options is { TriggerImmediately: true } or { Backfills.Count: > 0 })
        {
            request.InitialPatch = new()
            {
                TriggerImmediately = options.TriggerImmediately
                    ? new() { OverlapPolicy = input.Schedule.Policy.Overlap }
                    : null,
                BackfillRequest = { options.Backfills.Select(backfill => backfill.ToProto()) },
            };
        }

        try
        {
            await context.Service.CreateScheduleAsync(request, (options?.Rpc).WithRetry()).ConfigureAwait(false);
        }
        catch (RpcException e) when (e.Code == RpcException.StatusCode.AlreadyExists)
        {
            throw new ScheduleAlreadyRunningException();
        }

        return new(context.Client, input.Id);
    }

    public IAsyncEnumerable<ScheduleListDescription> ListAsync(ListSchedulesInput input) =>
        ListAsync(input, CancellationToken.None);

    public async Task<ScheduleDescription> DescribeAsync(DescribeScheduleInput input)
    {
        var answer = await context.Service.DescribeScheduleAsync(
            new() { Namespace = context.Namespace, ScheduleId = input.Id },
            input.RpcOptions.WithRetry()).ConfigureAwait(false);
        return await ScheduleDescription.FromProtoAsync(input.Id, answer, context).ConfigureAwait(false);
    }

    public async Task UpdateAsync(UpdateScheduleInput input)
    {
        for (var attempt = 1; ; attempt++)
        {
            var description = await DescribeAsync(new(input.Id, input.RpcOptions)).ConfigureAwait(false);
            if (await input.Updater(new(description)).ConfigureAwait(false) is not { } update)
            {
                return;
            }

            var request = new UpdateScheduleRequest
            {
                Namespace = context.Namespace,
                Identity = context.Identity,
                RequestId = CallContext.NewRequestId(),
                ScheduleId = input.Id,
                Schedule = await update.Schedule.ToProtoAsync(context).ConfigureAwait(false),
                SearchAttributes = update.TypedSearchAttributes?.ToProto(),
                ConflictToken = description.RawDescription.ConflictToken,
            };
            try
            {
                await context.Service.UpdateScheduleAsync(request, input.RpcOptions.WithRetry())
                    .ConfigureAwait(false);
                return;
            }
            catch (RpcException e) when (
                e.Code == RpcException.StatusCode.FailedPrecondition && attempt < UpdateAttemptsMax)
            {
                // Somebody else wrote since the description: ask the updater again about what is there now.
            }
        }
    }

    public Task DeleteAsync(DeleteScheduleInput input) =>
        context.Service.DeleteScheduleAsync(
            new() { Namespace = context.Namespace, Identity = context.Identity, ScheduleId = input.Id },
            input.RpcOptions.WithRetry());

    public Task TriggerAsync(TriggerScheduleInput input) => PatchAsync(
        input.Id,
        new()
        {
            TriggerImmediately = new()
            {
                OverlapPolicy = input.Options?.Overlap ?? ScheduleOverlapPolicy.Unspecified,
            },
        },
        input.Options?.Rpc);

    public Task BackfillAsync(BackfillScheduleInput input) => PatchAsync(
        input.Id,
        new() { BackfillRequest = { input.Backfills.Select(backfill => backfill.ToProto()) } },
        input.RpcOptions);

    // An empty note would mean "no pause" to the server.
    public Task PauseAsync(PauseScheduleInput input) =>
        PatchAsync(input.Id, new() { Pause = input.Note ?? "Paused via Runbooks.Temporal" }, input.RpcOptions);

    public Task UnpauseAsync(UnpauseScheduleInput input) =>
        PatchAsync(input.Id, new() { Unpause = input.Note ?? "Unpaused via Runbooks.Temporal" }, input.RpcOptions);

    private Task PatchAsync(string id, SchedulePatch patch, RpcOptions? rpc) =>
        context.Service.PatchScheduleAsync(
            new()
            {
                Namespace = context.Namespace,
                Identity = context.Identity,
                RequestId = CallContext.NewRequestId(),
                ScheduleId = id,
                Patch = patch,
            },
            rpc.WithRetry());

    private async IAsyncEnumerable<ScheduleListDescription> ListAsync(
        ListSchedulesInput input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListSchedulesRequest
        {
            Namespace = context.Namespace,
            Query = input.Options?.Query ?? string.Empty,
            MaximumPageSize = input.Options?.PageSize ?? 0,
        };
        do
        {
            var rpc = (input.Options?.Rpc).WithCancellation(cancellationToken).WithRetry();
            var page = await context.Service.ListSchedulesAsync(request, rpc).ConfigureAwait(false);
            foreach (var entry in page.Schedules)
            {
                yield return new(entry, context.Converter);
            }

            request.NextPageToken = page.NextPageToken;
        }
        while (!request.NextPageToken.IsEmpty);
    }
}
