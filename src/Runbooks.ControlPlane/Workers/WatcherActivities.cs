using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Runbooks.ControlPlane.Agents;
using Runbooks.ControlPlane.Hosting;
using Runbooks.Domain.Errors;
using Runbooks.Temporal.Activities;
using Runbooks.Temporal.Exceptions;
using Runbooks.Workflows.Sites;

namespace Runbooks.ControlPlane.Workers;

/// <summary>
/// The control plane as one more observer: a site is alive for it when its agent reports while it looks. The two activities have the names of the
/// sites' own, so that a workflow asks every observer the same way.
/// </summary>
public sealed class WatcherActivities(SiteBoard board, ControlPlaneOptions options) : IDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly HttpClient http = OutsideAddress.Client(options.HttpAllow, Limit);

    /// <summary>Waits for a report of the site for the given time.</summary>
    [Activity]
    public async Task<Observation> ObserveSiteAsync(ObserveSiteRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var cancel = ActivityExecutionContext.Current.CancellationToken;
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var looked = Stopwatch.GetElapsedTime(began).TotalSeconds;
            var report = (await board.AllAsync(cancel)).GetValueOrDefault(request.Site.ToString());
            if (report is null)
            {
                return new Observation("control-plane", false, "its agent has never reported");
            }

            if (report.AgeSeconds < looked)
            {
                return new Observation("control-plane", true, $"its agent reported {report.AgeSeconds:0.0} s ago");
            }

            if (looked >= request.TimeoutSeconds)
            {
                return new Observation("control-plane", false, $"its agent is silent for {report.AgeSeconds:0.0} s");
            }

            await Task.Delay(Between, cancel);
        }
    }

    /// <summary>
    /// A TCP connect or HTTP request from the control plane; fails until it answers as expected. A runbook's author
    /// chooses the address, so
    /// it obeys the same allow-list as <c>http.call</c>: without it a probe would tell what listens in the control
    /// plane's own network.
    /// </summary>
    [Activity]
    public async Task<ProbeResult> ProbeAsync(ProbeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var cancel = ActivityExecutionContext.Current.CancellationToken;
        var began = Stopwatch.GetTimestamp();
        try
        {
            var detail = request.Kind == "http" ? await GetAsync(request, cancel) : await ConnectAsync(request.Target, cancel);
            return new ProbeResult(request.Target, Stopwatch.GetElapsedTime(began).TotalMilliseconds, detail);
        }
        catch (Exception e) when (RefusalOf(e) is { } refusal)
        {
            throw new ApplicationFailureException(refusal.ToString(), refusal.Code, nonRetryable: true);
        }
        catch (Exception e) when (e is SocketException or HttpRequestException or FormatException
            || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new ApplicationFailureException($"{request.Target}: {e.Message}", e, errorType: "fault.network");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<string> GetAsync(ProbeRequest request, CancellationToken cancel)
    {
        using var answer = await http.GetAsync(new Uri(request.Target), cancel);
        var body = await answer.Content.ReadAsStringAsync(cancel);
        return (int)answer.StatusCode == request.ExpectStatus
            && (request.ExpectBody is null || body.Contains(request.ExpectBody, StringComparison.Ordinal))
            ? $"status {(int)answer.StatusCode}"
            : throw new HttpRequestException($"status {(int)answer.StatusCode}, expected {request.ExpectStatus}");
    }

    private async Task<string> ConnectAsync(string target, CancellationToken cancel)
    {
        var colon = target.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(target[(colon + 1)..], out var port) || port is < 1 or > 65535)
        {
            throw new FormatException($"'{target}' is not HOST:PORT");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Limit);
        await using var stream = await OutsideAddress.DialAsync(
            new DnsEndPoint(target[..colon].Trim('[', ']'), port), options.HttpAllow, limit.Token);
        return $"connected to {((NetworkStream)stream).Socket.RemoteEndPoint}";
    }

    private static Refusal? RefusalOf(Exception e) =>
        e is RefusalException refused ? refused.Refusal : (e.InnerException as RefusalException)?.Refusal;
}
