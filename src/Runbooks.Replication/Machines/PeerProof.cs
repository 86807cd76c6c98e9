using Runbooks.Domain.States;
using Runbooks.Domain.Units;

namespace Runbooks.Replication.Machines;

/// <summary>
/// The standbys' word that this generation still counts, which may
/// stand in for the arbiter's when it cannot be reached.
/// </summary>
/// <remarks>
/// What proves: every configured peer is in sync by the durable record, and each of them made a flush durable that was
/// sent in its present
/// session after this start, and all that no longer than <see cref="HorizonOf"/> ago. What does not: a session that is
/// merely open, because
/// behind a cut line the peer may have been sealed and promoted long since; an answer that was stalled on the way, for
/// the same reason; a
/// detached or degraded peer, because a person may have promoted it with an accepted loss.
/// The other half of the rule is the standby's: once promoted it opens no sooner than twice the horizon after its last
/// answer, unless the
/// old primary told it that it is drained. So the two are never opened in the wrong order, whatever the line did.
/// Twice, because each side
/// reads a clock that stands still between two ticks.
/// </remarks>
internal sealed class PeerProof(CoreContext core, LinkMachine links)
{
    /// <summary>
    /// True when asking makes sense: every peer is mirrored and present, and nothing was promised to a planned move.
    /// </summary>
    public bool IsPossible
    {
        get
        {
            foreach (var link in core.Links)
            {
                if (core.Durable.Peers[link.Slot.Index].Link != LinkState.InSync || link.Link != LinkState.InSync
                    || link.Stage <= LinkStage.Admitting)
                {
                    return false;
                }
            }

            return core.Links.Length > 0 && !core.Metadata.IsDrained;
        }
    }

    /// <summary>True when every peer has answered just now. Read it only right after the clock moved.</summary>
    public bool IsFresh
    {
        get
        {
            foreach (var link in core.Links)
            {
                if (link.ProofPosition == 0 || link.DurablePosition < link.ProofPosition || IsOld(link))
                {
                    return false;
                }
            }

            return IsPossible;
        }
    }

    /// <summary>How long an answer counts, from the moment its question was sent.</summary>
    public static TimeSpan HorizonOf(VolumeConfiguration configuration) => configuration.PeerTimeout / 4;

    /// <summary>Sends the question where none is under way or its answer has grown old.</summary>
    public void Ask()
    {
        foreach (var link in core.Links)
        {
            if (link.Stage > LinkStage.Admitting && (link.ProofPosition == 0 || IsOld(link)))
            {
                link.ProofAskedAt = core.Now;
                link.ProofPosition = link.LastFlushPosition = links.SendFrame(link, FrameKind.Flush);
            }
        }
    }

    /// <summary>Nothing that was answered before counts any more.</summary>
    public void Forget()
    {
        foreach (var link in core.Links)
        {
            link.ProofPosition = 0;
        }
    }

    private bool IsOld(PeerLink link) => core.Now - link.ProofAskedAt > HorizonOf(core.Configuration);
}
