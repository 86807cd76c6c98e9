using System.Diagnostics.CodeAnalysis;
using System.Net;
using Runbooks.BlockPath.Nbd;
using Runbooks.BlockPath.Site;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.SiteAgent.Enrolment;

namespace Runbooks.SiteAgent.Host;

/// <summary>One agent process: configuration and enrolment become a running site, and the links to the control plane.</summary>
internal sealed class AgentHost : IDisposable
{
    private readonly ControlPlaneLink? controlPlane;
    private readonly ActivityHost? activities;

    private AgentHost(Site? site, Refusal? refusal, ControlPlaneLink? controlPlane, ActivityHost? activities = null)
    {
        this.activities = activities;
        Site = site!;
        Refusal = refusal;
        this.controlPlane = controlPlane;
    }

    public Site Site { get; }

    public Refusal? Refusal { get; }

    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsReady => Refusal is null;

    public static AgentHost Open(AgentConfiguration settings, string data, Action<string> log)
    {
        var credentials = CredentialStore.Open(Path.Combine(data, "credentials"));
        var named = credentials?.Site is { } enrolled ? enrolled : settings.SiteId();
        if (!named.IsOk)
        {
            return new AgentHost(null, named.Refusal, null);
        }

        if (BadAddress(settings) is { } bad)
        {
            return new AgentHost(null, bad, null);
        }

        var link = credentials is null ? null : new ControlPlaneLink(credentials, named.Value, log);
        var options = new SiteOptions(named.Value, data)
        {
            WanListen = (IPEndPoint)AgentConfiguration.EndPointOf(settings.Wan)!,
            WanAdvertised = settings.WanAdvertised,
            NbdListen = [.. settings.Nbd.Select(text => AgentConfiguration.EndPointOf(text)!)],
            NbdTls = settings.NbdCertificates.Length > 0 ? NbdTlsOptions.Load(settings.NbdCertificates) : null,
            CongestionControl = settings.CongestionControl,
            BootIdFile = settings.BootIdFile,
            Credentials = () => credentials?.Current,
            Arbiter = link?.Arbiter,
            Log = log,
        };
        var site = new Site(options);
        foreach (var (name, address) in settings.Peers)
        {
            if (SiteId.TryParse(name, out var peer))
            {
                site.LearnPeerAddress(peer, address);
            }
        }

        var activities = credentials is null ? null : new ActivityHost(credentials, site, data, settings.Machines, log);
        return new AgentHost(site, null, link, activities);
    }

    /// <summary>Begins to report to the control plane, to renew the certificate and to take runbook steps; nothing when never joined.</summary>
    public void Start()
    {
        controlPlane?.Start(Site);
        activities?.Start();
    }

    public void Dispose()
    {
        activities?.Dispose();
        controlPlane?.Dispose();
        Site?.Dispose();
    }

    private static Refusal? BadAddress(AgentConfiguration settings)
    {
        var bad = settings.Nbd.Append(settings.Wan).FirstOrDefault(text => AgentConfiguration.EndPointOf(text) is null);
        if (bad is not null)
        {
            return new Refusal("RB-AGENT-109", $"'{bad}' is no address.", "It is not HOST:PORT or unix:PATH.", "Correct it.");
        }

        if (AgentConfiguration.EndPointOf(settings.Wan) is not IPEndPoint)
        {
            return new Refusal(
                "RB-AGENT-109", $"'{settings.Wan}' is no address for peers.", "Other sites cannot reach a Unix socket.",
                "Give HOST:PORT with --wan.");
        }

        // An export is a machine's whole disk: beyond this host only to clients with a certificate.
        var open = settings.Nbd.Select(AgentConfiguration.EndPointOf).OfType<IPEndPoint>()
            .FirstOrDefault(end => !IPAddress.IsLoopback(end.Address));
        return open is not null && settings.NbdCertificates.Length == 0
            ? new Refusal(
                "RB-AGENT-110",
                $"NBD is not served in plain text on {open}.",
                "The address is not loopback and no certificates are configured.",
                "Set nbdCertificates, or listen on loopback or a Unix socket.")
            : null;
    }
}
