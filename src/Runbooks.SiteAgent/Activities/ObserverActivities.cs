using System.Diagnostics;
using System.Net.Sockets;
using Runbooks.BlockPath.Site;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Status;
using Runbooks.SiteAgent.Machines;
using Runbooks.Temporal.Activities;
using Runbooks.Workflows.Sites;

namespace Runbooks.SiteAgent.Activities;

/// <summary>The observer activities of this site: they look and never act.</summary>
public sealed class ObserverActivities(ISite site, MachineRegistry machines) : IObserverActivities
{
    /// <inheritdoc/>
    [Activity]
    public async Task<Observation> ObserveSiteAsync(ObserveSiteRequest request)
    {
        if (request.Address.Length == 0)
        {
            return new Observation(site.Id.ToString(), false, "its address is not known here");
        }

        // One proof of life is enough; a proof of death needs the whole time.
        var cancellation = ActivityExecutionContext.Current.CancellationToken;
        var until = Stopwatch.GetTimestamp() + (long)(request.TimeoutSeconds * Stopwatch.Frequency);
        for (var tries = 1; ; tries++)
        {
            var left = Math.Max(0.1, (until - Stopwatch.GetTimestamp()) / (double)Stopwatch.Frequency);
            var (reached, detail) = await TryReachAsync(request, TimeSpan.FromSeconds(left), cancellation);
            if (reached || Stopwatch.GetTimestamp() >= until)
            {
                return new Observation(site.Id.ToString(), reached, reached ? detail : $"{tries} tries, last: {detail}");
            }

            await Task.Delay(200, cancellation);
        }
    }

    // The handshake blocks; a silent line must not hold the observer longer than it was asked to look.
    private async Task<(bool IsReachable, string Detail)> TryReachAsync(
        ObserveSiteRequest request, TimeSpan within, CancellationToken cancellation)
    {
        try
        {
            return await Task.Run(() => site.Reach(request.Site, request.Address), cancellation).WaitAsync(within, cancellation);
        }
        catch (TimeoutException)
        {
            return (false, $"{request.Address}: silent");
        }
    }

    /// <inheritdoc/>
    [Activity]
    public Task<ProbeResult> ProbeAsync(ProbeRequest request) => ActivityBoundary.RunAsync<ProbeResult>(async () =>
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            var detail = request.Kind == "http"
                ? await Probes.GetAsync(request, ActivityExecutionContext.Current.CancellationToken)
                : await Probes.ConnectAsync(
                    request.Target, TimeSpan.FromSeconds(5), ActivityExecutionContext.Current.CancellationToken);
            return new ProbeResult(request.Target, Stopwatch.GetElapsedTime(began).TotalMilliseconds, detail);
        }
        catch (Exception e) when (e is SocketException or TimeoutException or HttpRequestException)
        {
            throw new Fault(FaultSide.Network, "probe", $"{request.Target}: {e.Message}", isTransient: true, e);
        }
    });

    /// <inheritdoc/>
    [Activity]
    public Task<SiteInventory> TakeInventoryAsync()
    {
        var items = site.TakeInventory().Items.Concat(machines.Inventory());
        return Task.FromResult(new SiteInventory(
            [.. items.OrderBy(i => i.Kind, StringComparer.Ordinal).ThenBy(i => i.Name, StringComparer.Ordinal)]));
    }

    /// <inheritdoc/>
    [Activity]
    public Task<SiteStatus> DescribeSiteAsync() => Task.FromResult(site.Describe());
}
