using Runbooks.BlockPath.Site;
using Runbooks.Temporal.Activities;
using Runbooks.Workflows.Sites;

namespace Runbooks.SiteAgent.Activities;

/// <summary>Turns progress of a copy into heartbeats: the engine learns that the agent lives, and people see bytes, rate and ETA.</summary>
internal sealed class HeartbeatProgress(ActivityExecutionContext context) : IProgress<CopyState>
{
    public void Report(CopyState value) =>
        context.Heartbeat(new CopyProgress(value.DoneBytes, value.TotalBytes, value.BytesPerSecond, value.EtaSeconds));
}
