using Npgsql;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Security.Pki;

namespace Runbooks.ControlPlane.Recording;

/// <summary>The minute's chores of every control plane: sign the head, refresh the deny list, prune old events.</summary>
internal sealed class HeadKeeper(
    AuditOffice office, DenyList denied, EventLog events, Leadership leadership, ControlPlaneOptions options,
    ILogger<HeadKeeper> log) : BackgroundService
{
    private static readonly TimeSpan DenyListEvery = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var due = options.HeadEvery;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await denied.RefreshAsync(stoppingToken);
                due += DenyListEvery;
                if (due >= options.HeadEvery && leadership.IsActive)
                {
                    due = TimeSpan.Zero;
                    await office.SignHeadAsync(stoppingToken);
                    await events.PruneAsync(stoppingToken);
                }
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or IOException
                or Storage.CommitOutcomeUnknownException)
            {
                log.LogWarning(fault, "The audit head was not signed this time; it is tried again.");
            }

            await Task.Delay(DenyListEvery, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
