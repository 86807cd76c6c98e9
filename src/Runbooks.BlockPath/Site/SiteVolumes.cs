using Runbooks.BlockPath.Storage;
using Runbooks.BlockPath.Volumes;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Status;
using Runbooks.Domain.Units;
using Runbooks.Replication;

namespace Runbooks.BlockPath.Site;

/// <summary>Making, adopting, attaching and giving back volumes.</summary>
internal sealed class SiteVolumes(Site site) : ISiteVolumes, IDisposable
{
    private readonly SemaphoreSlim gate = new(1);

    public async Task<Outcome<VolumeStatus>> CreateAsync(NewVolume wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        await gate.WaitAsync();
        try
        {
            if (site.Find(wanted.Volume) is { } known)
            {
                var settings = site.Folder.Read(wanted.Volume)!;
                return wanted.SizeBytes != 0 && settings.SizeBytes != wanted.SizeBytes
                    ? SiteRefusals.VolumeExists(wanted.Volume, $"size {settings.SizeBytes}, not {wanted.SizeBytes}")
                    : site.StatusOf(known);
            }

            return site.Absent.WhyNot(wanted.Volume) is { } absent ? absent : Create(wanted);
        }
        finally
        {
            gate.Release();
        }
    }

    public async Task<Outcome<string>> GiveBackAsync(VolumeId volume, bool keepImage)
    {
        await gate.WaitAsync();
        try
        {
            if (site.Absent.TryForget(volume))
            {
                return site.Folder.Remove(site.Folder.Read(volume)!, keepImage);
            }

            if (site.Find(volume) is not { } found)
            {
                return site.NotHere(volume);
            }

            var settings = site.Folder.Read(volume)!;
            await site.RemoveVolumeAsync(found);
            return site.Folder.Remove(settings, keepImage);
        }
        finally
        {
            gate.Release();
        }
    }

    public async Task<Outcome<VolumeStatus>> AttachAsync(VolumeId volume, SiteId peer, string address, LinkPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        await gate.WaitAsync();
        try
        {
            if (site.Find(volume) is not { } found)
            {
                return site.NotHere(volume);
            }

            var settings = site.Folder.Read(volume)!;
            var wanted = With(settings, policy) with { Peers = WithPeer(settings.Peers, peer, address) };
            if (!site.HasControlPlane && site.LocalArbiter.Find(settings.Protection) is { } row && !row.Sites.Contains(peer))
            {
                site.LocalArbiter.Put(row with
                {
                    Sites = [.. row.Sites.Append(peer).OrderBy(s => s.ToString(), StringComparer.Ordinal)],
                    AloneSince = row.AloneSince ?? site.Options.Clock.GetUtcNow(),
                    Version = row.Version + 1,
                });
            }

            if (!Same(settings, wanted))
            {
                await site.SwapAsync(found, wanted);
            }

            var slot = Slots.Of(found.Configuration, peer)!.Value;
            var link = found.Loop.Ask(core => (core.Role, core.LinkOf(slot).Link));
            if (link is { Role: Role.Primary, Link: LinkState.Detached }
                && await found.Loop.OrderAsync(OrderKind.Seed, peer: slot) is { } refusal)
            {
                return refusal;
            }

            return site.StatusOf(found);
        }
        finally
        {
            gate.Release();
        }
    }

    public async Task<Outcome<VolumeStatus>> DetachAsync(VolumeId volume, SiteId peer)
    {
        if (site.Find(volume) is not { } found)
        {
            return site.NotHere(volume);
        }

        if (Slots.Of(found.Configuration, peer) is not { } slot)
        {
            return SiteRefusals.UnknownPeer(volume, peer);
        }

        return await found.Loop.OrderAsync(OrderKind.Detach, peer: slot) is { } refusal
            ? refusal
            : site.StatusOf(found);
    }

    public string ImageOf(VolumeId volume) =>
        site.Folder.Read(volume) is { } settings ? site.Folder.ImageOf(settings) : string.Empty;

    public void Dispose() => gate.Dispose();

    private Outcome<VolumeStatus> Create(NewVolume wanted)
    {
        var size = wanted.SizeBytes;
        if (wanted.Image.Length > 0)
        {
            var image = new FileInfo(wanted.Image);
            if (!Path.IsPathRooted(wanted.Image) || !image.Exists)
            {
                return SiteRefusals.BadImage(wanted.Image, "It is not an absolute path of an existing file.");
            }

            if (size > 0 && image.Length != size)
            {
                return SiteRefusals.BadImage(wanted.Image, $"It has {image.Length} bytes, not {size}.");
            }

            size = image.Length;
        }

        if (size <= 0)
        {
            return SiteRefusals.BadSize(size);
        }

        var settings = With(
            new VolumeSettings(
                wanted.Volume, wanted.Protection, size, wanted.Image.Length > 0 ? wanted.Image : "image.raw")
            {
                ExportName = wanted.ExportName,
                Peers = wanted.Peer.IsNone ? [] : [new PeerSettings(wanted.Peer, wanted.PeerAddress)],
            },
            wanted.Policy);
        return Start(settings, wanted.Role);
    }

    internal Outcome<VolumeStatus> Start(VolumeSettings settings, Role role)
    {
        try
        {
            site.Folder.Create(
                settings,
                role == Role.Primary
                    ? VolumeMetadata.NewPrimary(site.Id, settings.Peers.Count)
                    : VolumeMetadata.NewStandby(settings.Peers.Count));
        }
        catch (FileInUseFault)
        {
            return SiteRefusals.BadImage(settings.Image, "Another process has it open and locked.");
        }

        if (role == Role.Primary && site.LocalArbiter.Find(settings.Protection) is null)
        {
            site.LocalArbiter.Put(ArbiterRow.Begin(
                settings.Protection, site.Id, settings.Peers.Select(p => p.Site), site.Options.Clock.GetUtcNow()));
        }

        return site.StatusOf(site.StartVolume(site.OpenVolume(settings), settings));
    }

    internal static IReadOnlyList<PeerSettings> WithPeer(IReadOnlyList<PeerSettings> peers, SiteId peer, string address) =>
        peers.Any(p => p.Site == peer)
            ? [.. peers.Select(p => p.Site == peer && address.Length > 0 ? p with { Address = address } : p)]
            : [.. peers, new PeerSettings(peer, address)];

    internal static bool Same(VolumeSettings left, VolumeSettings right) =>
        left.Peers.SequenceEqual(right.Peers) && left with { Peers = right.Peers } == right;

    internal static VolumeSettings With(VolumeSettings settings, LinkPolicy policy) => settings with
    {
        OnLinkLoss = policy.OnLinkLoss,
        IfArbiterUnreachable = policy.IfArbiterUnreachable,
        PeerTimeoutSeconds = policy.PeerTimeoutSeconds,
        HoldDownSeconds = policy.HoldDownSeconds,
        CatchUpBytesPerSecondMax = policy.CatchUpBytesPerSecondMax,
    };
}
