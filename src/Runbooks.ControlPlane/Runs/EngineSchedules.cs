using Runbooks.Temporal.Client;
using Runbooks.Temporal.Client.Schedules;
using Runbooks.Temporal.Exceptions;

namespace Runbooks.ControlPlane.Runs;

/// <summary>Schedules written to the engine as often as it takes: the same one again changes nothing.</summary>
internal static class EngineSchedules
{
    public static async Task PutAsync(ITemporalClient client, string id, Schedule schedule)
    {
        try
        {
            await client.CreateScheduleAsync(id, schedule);
        }
        catch (ScheduleAlreadyRunningException)
        {
            await client.GetScheduleHandle(id).UpdateAsync(_ => new ScheduleUpdate(schedule));
        }
    }

    public static async Task RemoveAsync(ITemporalClient client, string id)
    {
        try
        {
            await client.GetScheduleHandle(id).DeleteAsync();
        }
        catch (RpcException gone) when (gone.Code == RpcException.StatusCode.NotFound)
        {
            // It never got there, or a crash came after the deletion.
        }
    }
}
