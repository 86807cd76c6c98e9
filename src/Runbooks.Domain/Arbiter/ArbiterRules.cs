using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;

namespace Runbooks.Domain.Arbiter;

/// <summary>
/// The arbiter's decisions, pure: row and request in, row and answer out. The control plane runs it inside one
/// database transaction; the
/// simulation runs the same code.
/// </summary>
/// <remarks>
/// What follows from the rules, and is proven by exhaustive search of a small model:
/// <list type="number">
/// <item>While all sites are complete, an acknowledged write is everywhere: a promotion loses nothing, proven by the
/// row alone.</item>
/// <item>A primary that was cut off cannot acknowledge what the others lack: it must ask first, and after a promotion
/// the answer is no for
/// ever, because the generation has moved.</item>
/// <item>A grant to go alone is recorded before the first lone acknowledgement: a later failover knows that the
/// standby is incomplete.</item>
/// <item>Every change raises the version and every request but Confirm names the one it was decided on: a delayed or
/// repeated request of another moment is refused. Confirm is a write for the
/// same reason: it kills the requests of the asker's dead process.</item>
/// </list>
/// Deliberately not here: time-outs, leases and clocks. The arbiter never decides by time.
/// </remarks>
public static class ArbiterRules
{
    /// <summary>Decides one request.</summary>
    /// <param name="row">The current row; null when the protection has none.</param>
    /// <param name="request">The request.</param>
    /// <param name="now">The database's clock; recorded, never compared.</param>
    /// <returns>The answer. When <see cref="ArbiterAnswer.Granted"/>, its row is the one to store (unchanged for a
    /// repeat or a read).</returns>
    public static ArbiterAnswer Decide(ArbiterRow? row, ArbiterRequest request, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (row is null)
        {
            return new ArbiterAnswer(false, null, ArbiterRefusals.UnknownProtection(request));
        }

        if (request is ReadRow)
        {
            return new ArbiterAnswer(true, row, null);
        }

        if (row.LastRequestId == request.RequestId)
        {
            return new ArbiterAnswer(true, row, null);
        }

        // Confirm still holds: the primary of a closed row serves on, alone and unprotected.
        if (row.ClosedAt is not null && request is not Confirm)
        {
            return new ArbiterAnswer(false, row, ArbiterRefusals.Closed(row));
        }

        var refusal = request switch
        {
            GoAlone r => Refuse(row, r),
            MarkComplete r => Refuse(row, r),
            Promote r => Refuse(row, r),
            Confirm r => RefuseUnlessPrimary(row, r.Asker, r.Generation),
            _ => ArbiterRefusals.BadRequest(row, "the request kind is unknown"),
        };
        if (refusal is not null)
        {
            return new ArbiterAnswer(false, row, refusal);
        }

        var next = request switch
        {
            GoAlone r => Apply(row, r, now),
            MarkComplete r => Apply(row, r),
            Promote r => Apply(row, r, now),
            _ => row,
        };
        return new ArbiterAnswer(true, Stamp(row, next, request, now), null);
    }

    private static ArbiterRow Stamp(ArbiterRow before, ArbiterRow next, ArbiterRequest request,
        DateTimeOffset now) => next with
    {
        Version = before.Version + 1,
        LastRequestId = request.RequestId,
        DecidedBy = request is Promote { AcceptLoss: { } accepted } ? accepted.By : request.Asker.ToString(),
        DecidedAt = now,
    };

    // Hard facts first (generation, primary, version), then what the request itself says.
    private static Refusal? Refuse(ArbiterRow row, GoAlone request) =>
        RefuseUnlessPrimary(row, request.Asker, request.Generation)
        ?? RefuseStale(row, request.Version)
        ?? (request.Lost.Count == 0 || request.Lost.Contains(row.Primary) || !request.Lost.All(row.Sites.Contains)
            ? ArbiterRefusals.BadRequest(row, "the lost sites must be known standbys, at least one")
            : null);

    private static Refusal? Refuse(ArbiterRow row, MarkComplete request) =>
        RefuseUnlessPrimary(row, request.Asker, request.Generation)
        ?? RefuseStale(row, request.Version)
        ?? (!row.Sites.Contains(request.Site)
            ? ArbiterRefusals.BadRequest(row, $"site {request.Site} holds no copy of this protection")
            : null);

    private static Refusal? Refuse(ArbiterRow row, Promote request)
    {
        if (request.Generation != row.Generation)
        {
            return ArbiterRefusals.WrongGeneration(row, request.Generation);
        }

        if (RefuseStale(row, request.Version) is { } stale)
        {
            return stale;
        }

        if (!row.Sites.Contains(request.Site) || request.Site == row.Primary)
        {
            return ArbiterRefusals.BadRequest(row, $"site {request.Site} is not a standby of this protection");
        }

        if (request.Drained is { } mark && (mark.Site != row.Primary || mark.Generation != row.Generation))
        {
            return ArbiterRefusals.NotDrained(row, mark);
        }

        return row.IsComplete(request.Site) || request.AcceptLoss is not null
            ? null
            : ArbiterRefusals.Incomplete(row, request.Site);
    }

    private static Refusal? RefuseUnlessPrimary(ArbiterRow row, SiteId asker, Units.Generation generation)
    {
        if (generation != row.Generation)
        {
            return ArbiterRefusals.WrongGeneration(row, generation);
        }

        return asker == row.Primary ? null : ArbiterRefusals.NotPrimary(row, asker);
    }

    private static Refusal? RefuseStale(ArbiterRow row, long version) =>
        version == row.Version ? null : ArbiterRefusals.StaleVersion(row, version);

    private static ArbiterRow Apply(ArbiterRow row, GoAlone request, DateTimeOffset now) => row with
    {
        Complete = ArbiterRow.Sorted(row.Complete.Except(request.Lost)),
        AloneSince = row.AloneSince ?? now,
        ExposureBytes = request.ExposureBytes,
    };

    private static ArbiterRow Apply(ArbiterRow row, MarkComplete request)
    {
        var complete = ArbiterRow.Sorted(row.Complete.Append(request.Site));
        var all = complete.Count == row.Sites.Count;
        return row with
        {
            Complete = complete,
            AloneSince = all ? null : row.AloneSince,
            ExposureBytes = all ? 0 : row.ExposureBytes,
        };
    }

    // A planned swap keeps the old primary complete only with its drained mark, and only if the new one is complete
    // itself.
    private static ArbiterRow Apply(ArbiterRow row, Promote request, DateTimeOffset now)
    {
        var swap = request.Drained is not null && row.IsComplete(request.Site);
        IReadOnlyList<SiteId> complete = swap ? ArbiterRow.Sorted([request.Site, row.Primary]) : [request.Site];
        return row with
        {
            Generation = row.Generation.Next,
            Primary = request.Site,
            Complete = complete,
            AloneSince = complete.Count == row.Sites.Count ? null : now,
            ExposureBytes = complete.Count == row.Sites.Count ? 0 : null,
        };
    }
}
