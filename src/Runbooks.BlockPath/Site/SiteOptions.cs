using System.Net;
using Runbooks.BlockPath.Wan;
using Runbooks.Domain.Ids;

namespace Runbooks.BlockPath.Site;

/// <summary>What a site is started with.</summary>
/// <param name="Site">Its name.</param>
/// <param name="DataFolder">Where everything it must not forget lives.</param>
public sealed record SiteOptions(SiteId Site, string DataFolder)
{
    /// <summary>Where peers connect; loopback unless said otherwise.</summary>
    public IPEndPoint WanListen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Where guests connect: TCP addresses and Unix socket paths.</summary>
    public IReadOnlyList<EndPoint> NbdListen { get; init; } = [new IPEndPoint(IPAddress.Loopback, 0)];

    /// <summary>What other sites should dial; empty uses <see cref="WanListen"/>.</summary>
    public string WanAdvertised { get; init; } = string.Empty;

    public string AgentVersion { get; init; } = "0.1.0";

    /// <summary>TCP congestion control of WAN sockets. BBR halves 64 KiB writes on links below a millisecond.</summary>
    public string CongestionControl { get; init; } = "cubic";

    /// <summary>Current certificates; null result serves plain text on loopback only.</summary>
    public Func<WanCredentials?> Credentials { get; init; } = () => null;

    /// <summary>Certificates of the NBD listener; null serves plain text.</summary>
    public Nbd.NbdTlsOptions? NbdTls { get; init; }

    /// <summary>Holds the id of the kernel's present run; see <see cref="Storage.BootId"/>.</summary>
    public string BootIdFile { get; init; } = Storage.BootId.KernelFile;

    /// <summary>The control plane's arbiter; null uses the site's own rows.</summary>
    public ISiteArbiter? Arbiter { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Where lines for the log go.</summary>
    public Action<string> Log { get; init; } = _ => { };
}
