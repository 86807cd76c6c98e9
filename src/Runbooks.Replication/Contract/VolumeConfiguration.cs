using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;

namespace Runbooks.Replication;

/// <summary>What one core needs to know before its first event. Fixed for its life; a changed policy makes a new core from durable state.</summary>
public sealed record VolumeConfiguration
{
    /// <summary>The volume; the same id at every site.</summary>
    public required VolumeId Volume { get; init; }

    /// <summary>The protection whose arbiter row decides.</summary>
    public required ProtectionId Protection { get; init; }

    /// <summary>The site this core runs at.</summary>
    public required SiteId Site { get; init; }

    /// <summary>The other sites that hold copies, in a fixed order: the place is the <see cref="PeerSlot"/>. At most <see cref="PeerSlot.CountMax"/>.</summary>
    public required IReadOnlyList<SiteId> Peers { get; init; }

    /// <summary>Size of the volume.</summary>
    public required ByteCount Size { get; init; }

    /// <summary>Unique for every start of the process at this site (a durable counter or a random text): part of every arbiter request id.</summary>
    public required string Incarnation { get; init; }

    /// <summary>
    /// Names the run of the kernel under the process: equal means that the page cache is still the one of the last
    /// start, different that everything not flushed may be gone. <b>Default</b> empty: not known, never a loss.
    /// </summary>
    public string Boot { get; init; } = string.Empty;

    /// <summary>What to do when a standby stays silent.</summary>
    public OnLinkLoss OnLinkLoss { get; init; } = OnLinkLoss.Arbitrate;

    /// <summary>What <c>arbitrate</c> does when nobody answers within <see cref="ArbiterTimeout"/>.</summary>
    public IfArbiterUnreachable IfArbiterUnreachable { get; init; } = IfArbiterUnreachable.Suspend;

    /// <summary>
    /// Standbys that must hold every acknowledged write. <b>Default</b> 0: after a granted <c>GoAlone</c> the primary may be the only copy.
    /// With n standbys, n means "all or nothing", k means that up to n - k may be lost before writes wait.
    /// </summary>
    public int StandbyCopiesMin { get; init; }

    /// <summary>Silence after which a peer counts as lost. <b>Default</b> 3 s.</summary>
    public TimeSpan PeerTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long an arbiter request waits before it is sent again, and before it counts as unreachable. <b>Default</b> 2 s.</summary>
    public TimeSpan ArbiterTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a lost link must be back before catch-up; doubles per flap up to <see cref="HoldDownMax"/>. <b>Default</b> 30 s.</summary>
    public TimeSpan HoldDown { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Upper bound of the hold-down. <b>Default</b> 10 min.</summary>
    public TimeSpan HoldDownMax { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Written but not flushed data is flushed at every site at least this often, so that marks can be dropped. <b>Default</b> 1 s.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Regions that may be marked without being dirty (the activity log). <b>Default</b> 4096: 4096 x 64 KiB = 256 MiB is the most that is
    /// re-sent after a crash of an in-sync primary; at 1 GB/s that is 0.3 s.
    /// </summary>
    public int ActiveRegionsMax { get; init; } = 4096;

    /// <summary>
    /// Writes that are not yet durable at every copy. <b>Default</b> 8192 entries of 40 bytes = 320 KiB per volume; a full log pushes back.
    /// </summary>
    public int WriteLogMax { get; init; } = 8192;

    /// <summary>Bytes of one catch-up copy. <b>Default</b> 256 KiB.</summary>
    public ByteCount CopySize { get; init; } = new(256 * 1024);

    /// <summary>Catch-up copies in flight per peer while the guest is idle. <b>Default</b> 16, that is 4 MiB: 1 GB/s x 4 ms.</summary>
    public int CopiesMax { get; init; } = 16;

    /// <summary>
    /// While the guest writes, catch-up may move this many bytes per guest byte. <b>Default</b> 1.0: half of the link each, above the 40 %
    /// that a guest must keep.
    /// </summary>
    public double CatchUpShare { get; init; } = 1.0;

    /// <summary>Catch-up is never starved below this rate while a guest writes. <b>Default</b> 8 MiB/s.</summary>
    public ByteCount CatchUpRateMin { get; init; } = new(8 * 1024 * 1024);

    /// <summary>Upper bound of the catch-up rate a second. <b>Default</b> 0: no bound.</summary>
    public ByteCount CatchUpRateMax { get; init; } = new(0);
}
