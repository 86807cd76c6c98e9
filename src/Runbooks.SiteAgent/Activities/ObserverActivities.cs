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
        var address = request.Address;
        if (address.Length == 0)
        {
            return new Observation(site.Id.ToString(), false, "its address is not known here");
        }

        var until = Stopwatch.GetTimestamp() + (long)(request.TimeoutSeconds * Stopwatch.Frequency);
        for (var tries = 1; ; tries++)
        {
            try
            {
                await Probes.ConnectAsync(address, TimeSpan.FromSeconds(1), ActivityExecutionContext.Current.CancellationToken);
                return new Observation(site.Id.ToString(), true, $"{address} accepted a connection");
            }
            catch (Exception e) when (e is SocketException or TimeoutException)
            {
                if (Stopwatch.GetTimestamp() >= until)
                {
                    return new Observation(site.Id.ToString(), false, $"{address}: {tries} tries, last: {e.Message}");
                }

                await Task.Delay(200, ActivityExecutionContext.Current.CancellationToken);
            }
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
