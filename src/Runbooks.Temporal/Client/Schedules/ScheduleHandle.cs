namespace Runbooks.Temporal.Client.Schedules;

/// <summary>A schedule to talk to. Calls for an unknown id throw <see cref="Exceptions.RpcException"/>
/// NotFound.</summary>
/// <param name="Client">Client the calls go through.</param>
/// <param name="Id">Schedule id.</param>
public record ScheduleHandle(ITemporalClient Client, string Id)
{
    /// <summary>Acts for past ranges now.</summary>
    public Task BackfillAsync(IReadOnlyCollection<ScheduleBackfill> backfills, RpcOptions? rpcOptions = null) =>
        Client.OutboundInterceptor.BackfillScheduleAsync(new(Id, backfills, rpcOptions));

    /// <summary>Deletes the schedule; workflows it started go on.</summary>
    public Task DeleteAsync(RpcOptions? rpcOptions = null) =>
        Client.OutboundInterceptor.DeleteScheduleAsync(new(Id, rpcOptions));

    public Task<ScheduleDescription> DescribeAsync(RpcOptions? rpcOptions = null) =>
        Client.OutboundInterceptor.DescribeScheduleAsync(new(Id, rpcOptions));

    /// <summary>Stops acting until unpaused.</summary>
    public Task PauseAsync(string? note = null, RpcOptions? rpcOptions = null) =>
        Client.OutboundInterceptor.PauseScheduleAsync(new(Id, note, rpcOptions));

    /// <summary>Acts once now.</summary>
    public Task TriggerAsync(ScheduleTriggerOptions? options = null) =>
        Client.OutboundInterceptor.TriggerScheduleAsync(new(Id, options));

    public Task UnpauseAsync(string? note = null, RpcOptions? rpcOptions = null) =>
        Client.OutboundInterceptor.UnpauseScheduleAsync(new(Id, note, rpcOptions));

    /// <summary>Reads, changes and writes the schedule; repeated when another writer came between. The updater returns
    /// null to leave it as it is.</summary>
    public Task UpdateAsync(Func<ScheduleUpdateInput, ScheduleUpdate?> updater, RpcOptions? rpcOptions = null) =>
        UpdateAsync(input => Task.FromResult(updater(input)), rpcOptions);

    /// <inheritdoc cref="UpdateAsync(Func{ScheduleUpdateInput, ScheduleUpdate?}, RpcOptions?)"/>
    public Task UpdateAsync(Func<ScheduleUpdateInput, Task<ScheduleUpdate?>> updater, RpcOptions? rpcOptions = null) =>
        Client.OutboundInterceptor.UpdateScheduleAsync(new(Id, updater, rpcOptions));
}
