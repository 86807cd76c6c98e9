using System.Security.Cryptography.X509Certificates;
using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Site;
using Runbooks.Domain.Agents;
using Runbooks.SiteAgent.Activities;
using Runbooks.SiteAgent.Enrolment;
using Runbooks.SiteAgent.Machines;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker;

namespace Runbooks.SiteAgent.Host;

/// <summary>
/// Polls the site's task queue and carries out runbook steps. While no engine answers it tries again for ever: runs pause, the data path goes on.
/// </summary>
internal sealed class ActivityHost : IDisposable
{
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);

    private readonly CredentialStore credentials;
    private readonly Site site;
    private readonly MachineRegistry machines;
    private readonly RunLedger ledger;
    private readonly Action<string> log;
    private readonly CancellationTokenSource stop = new();
    private readonly ManualResetEventSlim ended = new(initialState: true);
    private string lastProblem = string.Empty;

    public ActivityHost(CredentialStore credentials, Site site, string data, MachineSettings settings, Action<string> log)
    {
        this.credentials = credentials;
        this.site = site;
        this.log = log;
        machines = new MachineRegistry(Path.Combine(data, "machines"), site, settings);
        ledger = new RunLedger(Path.Combine(data, "runs"));
    }

    public void Start()
    {
        ended.Reset();
        NamedThread.Start("activities", () =>
        {
            RunAsync().GetAwaiter().GetResult();
            ended.Set();
        });
    }

    public void Dispose()
    {
        stop.Cancel();
        ended.Wait(TimeSpan.FromSeconds(10));
        machines.Dispose();
        ended.Dispose();
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await PollAsync();
            }
            catch (Exception e) when (e is RpcException or HttpRequestException or IOException or InvalidOperationException)
            {
                Note($"engine: {e.Message}");
                stop.Token.WaitHandle.WaitOne(RetryEvery);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    // Ends when the certificate was renewed: the next round connects with the new one.
    private async Task PollAsync()
    {
        var own = credentials.Current.Own;
        var client = await TemporalClient.ConnectAsync(Options());
        using var worker = new TemporalWorker(client, new TemporalWorkerOptions(AgentIdentity.TaskQueueOf(site.Id))
        {
            Identity = $"site/{site.Id}",
            GracefulShutdownTimeout = TimeSpan.FromSeconds(5),
            MaxHeartbeatThrottleInterval = TimeSpan.FromSeconds(2),
            DefaultHeartbeatThrottleInterval = TimeSpan.FromSeconds(2),
        }
            .AddAllActivities(new ReplicationActivities(site))
            .AddAllActivities(new RoleActivities(site))
            .AddAllActivities(new RecoveryPointActivities(site, machines, ledger))
            .AddAllActivities(new MachineActivities(machines))
            .AddAllActivities(new ObserverActivities(site, machines)));
        log($"runbook steps: polling {AgentIdentity.TaskQueueOf(site.Id)} at {credentials.Addresses.EngineAddress}");
        lastProblem = string.Empty;
        using var round = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        var polling = worker.ExecuteAsync(round.Token);
        while (!polling.IsCompleted)
        {
            await Task.WhenAny(polling, Task.Delay(TimeSpan.FromSeconds(5), round.Token));
            if (!ReferenceEquals(own, credentials.Current.Own))
            {
                await round.CancelAsync();
            }
        }

        try
        {
            await polling;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            log("runbook steps: connecting with the renewed certificate");
        }
    }

    private TemporalClientConnectOptions Options()
    {
        var address = new Uri(credentials.Addresses.EngineAddress);
        var options = new TemporalClientConnectOptions($"{address.Host}:{address.Port}")
        {
            Namespace = credentials.Addresses.EngineNamespace,
            Identity = $"site/{site.Id}",
        };
        if (address.Scheme == Uri.UriSchemeHttps)
        {
            var current = credentials.Current;
            options.Tls = new TlsOptions
            {
                ClientCert = System.Text.Encoding.ASCII.GetBytes(current.Own.ExportCertificatePem()),
                ClientPrivateKey = System.Text.Encoding.ASCII.GetBytes(current.Own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
                ServerRootCACert = System.Text.Encoding.ASCII.GetBytes(current.Authority.ExportCertificatePem()),
                ServerCertificateValidation = (_, certificate, _, errors) => ControlPlaneHttp.IsFrom(current.Authority, certificate, errors),
            };
        }

        return options;
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
