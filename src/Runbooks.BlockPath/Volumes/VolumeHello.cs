using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Text;
using Runbooks.Domain.Units;
using Runbooks.Replication;
using Runbooks.Wire.Wan;

namespace Runbooks.BlockPath.Volumes;

/// <summary>Hellos from and to the core's words.</summary>
internal static class VolumeHello
{
    public static WanHello Of(VolumeConfiguration configuration, HandshakeFacts facts, long session) => new()
    {
        Site = configuration.Site.ToString(),
        Volume = configuration.Volume.ToString(),
        Protection = configuration.Protection.ToString(),
        SizeBytes = (ulong)configuration.Size.Value,
        Generation = (ulong)facts.Generation.Value,
        Role = KebabCase.Of(facts.Role),
        Session = (ulong)session,
        PeerTimeoutMilliseconds = (ulong)configuration.PeerTimeout.TotalMilliseconds,
        Consistent = facts.IsConsistent,
        Blank = facts.IsBlank,
        LostPower = facts.HasLostPower,
        History = [.. facts.History.Select(entry => new WanGeneration(
            (ulong)entry.Generation.Value, entry.Primary.ToString(), (ulong)entry.AloneBytes.Value))],
    };

    /// <exception cref="WanProtocolException">A field does not have the shape of its kind.</exception>
    public static HandshakeFacts FactsOf(WanHello hello)
    {
        if (!KebabCase.TryParse<Role>(hello.Role, out var role))
        {
            throw new WanProtocolException($"role '{hello.Role}' is not known");
        }

        if (hello.SizeBytes > long.MaxValue || hello.Generation > long.MaxValue || hello.Session > long.MaxValue)
        {
            throw new WanProtocolException("a number of the hello does not fit 63 bits");
        }

        return new HandshakeFacts(
            new Generation((long)hello.Generation),
            role,
            new ByteCount((long)hello.SizeBytes),
            [.. hello.History.Select(EntryOf)])
        {
            IsBlank = hello.Blank,
            IsConsistent = hello.Consistent,
            HasLostPower = hello.LostPower,
            CanServeFetch = (hello.Capabilities & WanCapabilities.Fetches) != 0,
        };
    }

    private static GenerationEntry EntryOf(WanGeneration entry)
    {
        if (!SiteId.TryParse(entry.Primary, out var site)
            || entry.Generation > long.MaxValue || entry.AloneBytes > long.MaxValue)
        {
            throw new WanProtocolException($"history entry of '{entry.Primary}' is not valid");
        }

        return new GenerationEntry(
            new Generation((long)entry.Generation), site, new ByteCount((long)entry.AloneBytes));
    }
}
