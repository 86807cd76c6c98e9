using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.States;

namespace Runbooks.Replication.Machines;

/// <summary>The primary's conversation with the arbiter: one question at a time, repeated under the same id until it is answered.</summary>
/// <remarks>
/// Only the answer to the question that is open now can grant anything; a late answer to an earlier one may at most teach a newer row. A
/// refusal as stale is not a no: it carries the row, and when the row already says what was asked for (the first answer was lost), that is
/// the grant, because every older request of ours names a lower version and is dead. Any row of a higher generation, or with another
/// primary, fences this copy.
/// </remarks>
internal sealed class ArbiterDesk(CoreContext core, LinkMachine links)
{
    private Question? open;
    private byte wanted;
    private long count;
    private TimeSpan waitingSince;

    /// <summary>The newest row known in this life of the core.</summary>
    public ArbiterRow? Row { get; private set; }

    /// <summary>True while the question whether this copy is still primary has no answer.</summary>
    public bool IsConfirmWanted { get; set; }

    /// <summary>Called with the row of a granted Confirm.</summary>
    public Action<ArbiterRow>? Confirmed { get; set; }

    /// <summary>Called when a row shows that somebody else is primary.</summary>
    public Action<ArbiterRow>? Superseded { get; set; }

    public bool RowLacks(PeerLink link) => Row is { } row && !row.IsComplete(link.Site);

    /// <summary>No answer for a whole time-out.</summary>
    public bool IsUnreachable => open is not null && core.Now - waitingSince >= core.Configuration.ArbiterTimeout;

    public void WantAlone(PeerLink link)
    {
        if ((wanted & link.Bit) == 0)
        {
            wanted |= link.Bit;
            core.NeedsPump = true;
        }
    }

    /// <summary>The peer is back: no permission is wanted. True when one was asked for and may still be granted.</summary>
    public bool Forget(PeerLink link)
    {
        wanted &= (byte)~link.Bit;
        if (open?.Request is GoAlone alone && alone.Lost.Contains(link.Site))
        {
            open = null;
            core.NeedsPump = true;
            return true;
        }

        return false;
    }

    public void ForgetMark(PeerLink link)
    {
        if (open?.Link == link)
        {
            open = null;
        }
    }

    public void Reset()
    {
        open = null;
        wanted = 0;
        Row = null;
        IsConfirmWanted = false;
    }

    public void Pump()
    {
        if (!core.IsPrimary || core.Gate is Gate.Closed or Gate.Fenced or Gate.Failed)
        {
            return;
        }

        // The link failed after MarkComplete was sent: what matters now is a new permission, and its version refuses the other.
        // Another link's mark is asked again afterwards.
        if (wanted != 0 && open is { Request: MarkComplete, Link: { } marking })
        {
            marking.Stage = marking.Stage == LinkStage.MarkSent ? LinkStage.MarkWanted : marking.Stage;
            open = null;
        }

        if (open is not null)
        {
            return;
        }

        if (IsConfirmWanted)
        {
            Ask(new Confirm(core.Metadata.Generation) { Protection = default, RequestId = string.Empty, Asker = default }, null);
        }
        else if (Row is { } row && wanted != 0)
        {
            AskAlone(row);
        }
        else if (Row is { } known)
        {
            AskMark(known);
        }
    }

    public void Tick()
    {
        if (open is not { } question)
        {
            return;
        }

        if (core.Now - question.SentAt >= core.Configuration.ArbiterTimeout)
        {
            question.SentAt = core.Now;
            core.Emit(new Effect { Kind = EffectKind.AskArbiter, Detail = question.Request });
        }

        ContinueIfUnreachable();
    }

    public void OnUnreachable(string requestId)
    {
        if (open is { } question && question.Request.RequestId == requestId)
        {
            ContinueIfUnreachable();
        }
    }

    public void OnAnswered(ArbiterAnswered answered)
    {
        var question = open is { } q && q.Request.RequestId == answered.RequestId ? q : null;
        if (question is not null)
        {
            open = null;
            core.NeedsPump = true;
        }

        if (answered.Answer.Row is not { } row)
        {
            if (question is not null)
            {
                // Nothing is known of this protection there: ask again, later.
                open = question;
                core.Report("arbiter", null, "asked", "unknown-protection", answered.Answer.Refusal?.Code ?? string.Empty);
            }

            return;
        }

        if (!Learn(row) || question is null)
        {
            return;
        }

        switch (question.Request)
        {
            case Confirm when answered.Answer.Granted:
                IsConfirmWanted = false;
                Confirmed?.Invoke(row);
                break;
            case GoAlone alone:
                OnAlone(alone, row);
                break;
            case MarkComplete mark when row.Version > mark.Version && row.IsComplete(mark.Site):
                if (question.Link!.Stage == LinkStage.MarkSent)
                {
                    links.OnMarked(question.Link);
                }

                break;
            case MarkComplete when question.Link!.Stage == LinkStage.MarkSent:
                question.Link.Stage = LinkStage.MarkWanted;
                break;
            default:
                break;
        }
    }

    /// <summary>Takes over a newer row; false when it ends this primary.</summary>
    public bool Learn(ArbiterRow row)
    {
        if (!core.IsPrimary || row.Generation < core.Metadata.Generation)
        {
            return core.IsPrimary;
        }

        if (row.Generation > core.Metadata.Generation || row.Primary != core.Configuration.Site)
        {
            Superseded?.Invoke(row);
            return false;
        }

        if (Row is null || row.Version > Row.Version)
        {
            Row = row;
            core.NeedsPump = true;
        }

        return true;
    }

    private void OnAlone(GoAlone alone, ArbiterRow row)
    {
        foreach (var link in core.Links)
        {
            if (alone.Lost.Contains(link.Site) && row.Version > alone.Version && !row.IsComplete(link.Site))
            {
                wanted &= (byte)~link.Bit;
                links.Degrade(link, Causes.Granted);
            }
        }
    }

    private void AskAlone(ArbiterRow row)
    {
        byte asked = 0;
        long exposure = 0;
        foreach (var link in core.Links)
        {
            if ((wanted & link.Bit) != 0)
            {
                asked |= link.Bit;
                exposure = Math.Max(exposure, link.Dirty.Bytes.Value);
            }
        }

        var lost = core.Links.Where(l => (asked & l.Bit) != 0).Select(l => l.Site).ToArray();
        Ask(
            new GoAlone(core.Metadata.Generation, row.Version, lost, exposure)
            {
                Protection = default,
                RequestId = string.Empty,
                Asker = default,
            },
            null);
    }

    private void AskMark(ArbiterRow row)
    {
        foreach (var link in core.Links)
        {
            if (link.Stage == LinkStage.MarkWanted)
            {
                Invariant.Require(!link.IsExcused, "acknowledgements wait for a peer before it is marked complete");

                // From here the old permission is void: the request may be granted without our hearing of it. The
                // record
                // has to say it before the row can: after a power cut it decides whose copy is the newer.
                link.HoldsGrant = false;
                if (!link.HoldsAll)
                {
                    link.HoldsAll = true;
                    core.Persist(core.Metadata);
                }

                if (!core.Durable.Peers[link.Slot.Index].HoldsAll)
                {
                    continue;
                }

                link.Stage = LinkStage.MarkSent;
                Ask(
                    new MarkComplete(core.Metadata.Generation, row.Version, link.Site)
                    {
                        Protection = default,
                        RequestId = string.Empty,
                        Asker = default,
                    },
                    link);
                return;
            }
        }
    }

    private void Ask(ArbiterRequest request, PeerLink? link)
    {
        var stamped = request with
        {
            Protection = core.Configuration.Protection,
            Asker = core.Configuration.Site,
            RequestId = $"{core.Configuration.Volume}/{core.Configuration.Site}/{core.Configuration.Incarnation}/{++count}",
        };
        open = new Question(stamped, link) { SentAt = core.Now };
        waitingSince = core.Now;
        core.Emit(new Effect { Kind = EffectKind.AskArbiter, Detail = stamped });
    }

    // The question stays open: the row has to learn of it, and the way back leads through MarkComplete.
    private void ContinueIfUnreachable()
    {
        if (open?.Request is not GoAlone alone || !IsUnreachable
            || core.Configuration.IfArbiterUnreachable != IfArbiterUnreachable.Continue)
        {
            return;
        }

        foreach (var link in core.Links)
        {
            if (alone.Lost.Contains(link.Site))
            {
                links.Degrade(link, Causes.Policy);
            }
        }
    }

    private sealed class Question(ArbiterRequest request, PeerLink? link)
    {
        public ArbiterRequest Request { get; } = request;

        public PeerLink? Link { get; } = link;

        public TimeSpan SentAt { get; set; }
    }
}
