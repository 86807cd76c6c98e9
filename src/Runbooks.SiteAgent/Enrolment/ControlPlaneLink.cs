using System.Net.Http.Json;
using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Site;
using Runbooks.Domain.Agents;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.SiteAgent.Arbiter;

namespace Runbooks.SiteAgent.Enrolment;

/// <summary>
/// What an enrolled agent keeps up with its control plane: reports, renewals, the arbiter. No guest write waits for any of it
/// but the arbiter, and only while a link is down.
/// </summary>
internal sealed class ControlPlaneLink : IDisposable
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);
    private const int EventsPerReport = 200;

    private readonly CredentialStore credentials;
    private readonly SiteId site;
    private readonly Action<string> log;
    private readonly string instance = Guid.NewGuid().ToString("n");
    private readonly CancellationTokenSource stop = new();
    private readonly AnchorFile anchors;
    private IReadOnlyList<string> controlPlanes;
    private HttpClient http;
    private long acknowledged;
    private long epoch;
    private string lastProblem = string.Empty;

    public ControlPlaneLink(CredentialStore credentials, SiteId site, Action<string> log)
    {
        this.credentials = credentials;
        this.site = site;
        this.log = log;
        anchors = new AnchorFile(Path.Combine(Path.GetDirectoryName(credentials.Folder)!, "audit"));
        controlPlanes = credentials.Addresses.ControlPlanes;
        http = ControlPlaneHttp.Create(credentials.Current, TimeSpan.FromSeconds(5));
        Arbiter = new ArbiterClient(() => (http, controlPlanes));
    }

    public ISiteArbiter Arbiter { get; }

    public void Start(Site running) => NamedThread.Start("control-plane", () => Run(running));

    public void Dispose()
    {
        stop.Cancel();
        http.Dispose();
    }

    private void Run(Site running)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                ReportAsync(running).GetAwaiter().GetResult();
                RenewWhenDueAsync().GetAwaiter().GetResult();
                lastProblem = string.Empty;
            }
            catch (Exception e) when (e is HttpRequestException or Fault or OperationCanceledException or IOException)
            {
                Note($"control plane: {e.Message}");
            }

            stop.Token.WaitHandle.WaitOne(ReportEvery);
        }
    }

    private async Task ReportAsync(Site running)
    {
        var report = new AgentReport(
            instance, running.Describe() with { Anchor = anchors.Status },
                running.EventsAfter(acknowledged, EventsPerReport), epoch);
        var answer = await PostAsync<AgentReportAnswer>("/agent/v1/report", report);
        if (!answer.IsOk)
        {
            // A second agent for this site, a revoked certificate: an operator must see it, and the data path goes on.
            Note(answer.Refusal.ToString());
            return;
        }

        acknowledged = answer.Value.EventsAcknowledged;
        running.AcknowledgeEvents(acknowledged);
        epoch = Math.Max(epoch, answer.Value.ClusterEpoch);
        if (answer.Value.ControlPlanes.Count > 0)
        {
            controlPlanes = answer.Value.ControlPlanes;
        }

        foreach (var anchor in answer.Value.Anchors)
        {
            if (!anchors.Take(anchor))
            {
                Note($"audit: {anchors.Status.Conflict}");
            }
        }

        foreach (var (name, address) in answer.Value.Peers)
        {
            if (SiteId.TryParse(name, out var peer))
            {
                running.LearnPeerAddress(peer, address);
            }
        }
    }

    // At two thirds of its life: with the usual day of validity that leaves eight hours of tries.
    private async Task RenewWhenDueAsync()
    {
        var own = credentials.Current.Own;
        var life = own.NotAfter - own.NotBefore;
        if (DateTime.Now < own.NotAfter - life / 3)
        {
            return;
        }

        var (key, request) = CertificateRequests.New(site);
        using (key)
        {
            var answer = await PostAsync<EnrolAnswer>("/agent/v1/renew", new RenewRequest(request));
            if (!answer.IsOk)
            {
                Note(answer.Refusal.ToString());
                return;
            }

            credentials.Adopt(CredentialStore.Store(credentials.Folder, key, answer.Value));
        }

        var before = http;
        http = ControlPlaneHttp.Create(credentials.Current, TimeSpan.FromSeconds(5));
        before.Dispose();
        log($"certificate renewed until {credentials.Current.Own.NotAfter.ToUniversalTime():O}");
    }

    private async Task<Outcome<T>> PostAsync<T>(string path, object body)
    {
        Exception? last = null;
        foreach (var address in controlPlanes)
        {
            try
            {
                using var answer = await http.PostAsync(
                    new Uri(new Uri(address), path), JsonContent.Create(body, body.GetType()), stop.Token);
                return await ControlPlaneHttp.ReadAsync<T>(answer, stop.Token);
            }
            catch (Exception e) when (e is HttpRequestException or Fault or TaskCanceledException)
            {
                last = e;
            }
        }

        throw new Fault(
            FaultSide.Network, "control-plane", $"No control plane answered: {last?.Message}", isTransient: true, last);
    }

    private void Note(string problem)
    {
        if (problem != lastProblem)
        {
            log(problem);
            lastProblem = problem;
        }
    }
}
