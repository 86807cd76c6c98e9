using Runbooks.Domain.Arbiter;

namespace Runbooks.Testing.Simulation;

/// <summary>The real rules over one row; requests come late, twice or not at all, answers too.</summary>
public sealed class FakeArbiter(SimWorld world, ArbiterRow row, Mutant mutant)
{
    private readonly List<(ArbiterRequest Request, Action<ArbiterAnswer> Answered)> held = [];

    /// <summary>The row.</summary>
    public ArbiterRow Row { get; private set; } = row;

    /// <summary>False while nobody reaches it.</summary>
    public bool IsReachable { get; set; } = true;

    /// <summary>Faults on the way are injected.</summary>
    public bool IsUnreliable { get; set; } = true;

    /// <summary>What stays under way until <see cref="Release"/>, for a script; nothing by itself.</summary>
    public Func<ArbiterRequest, bool> IsHeld { get; set; } = _ => false;

    /// <summary>How many requests are held.</summary>
    public int Held => held.Count;

    /// <summary>What was held arrives.</summary>
    public void Release()
    {
        foreach (var (request, answered) in held)
        {
            Deliver(request, answered);
        }

        held.Clear();
    }

    /// <summary>Sends a request; the answer comes back through <paramref name="answered"/>, perhaps.</summary>
    public void Ask(ArbiterRequest request, Action<ArbiterAnswer> answered)
    {
        if (IsUnreliable && (!IsReachable || world.Chance(0.05)))
        {
            return;
        }

        if (IsHeld(request))
        {
            held.Add((request, answered));
            return;
        }

        Deliver(request, answered);
        if (IsUnreliable && world.Chance(0.15))
        {
            world.AfterBetween(1, 2000, () => Deliver(request, answered));
        }
    }

    /// <summary>Decides at once, for an operator's own request.</summary>
    public ArbiterAnswer Decide(ArbiterRequest request)
    {
        var asked = mutant == Mutant.NoVersion ? Renamed(request) : request;
        var answer = ArbiterRules.Decide(Row, asked, DateTimeOffset.UnixEpoch + world.Now);
        if (answer.Granted && request is not ReadRow)
        {
            Row = mutant == Mutant.ConfirmIsRead && request is Confirm ? Row : answer.Row!;
            answer = answer with { Row = Row };
        }

        world.Note(() =>
            $"arbiter {request.Asker} {request.GetType().Name}({request.RequestId}) -> {(answer.Granted ? "granted" : answer.Refusal!.Code)} "
            + $"g{Row.Generation} v{Row.Version} primary={Row.Primary} complete={string.Join(',', Row.Complete)}");
        return answer;
    }

    private void Deliver(ArbiterRequest request, Action<ArbiterAnswer> answered)
    {
        var slow = IsUnreliable && world.Chance(0.1);
        world.AfterBetween(0.5, slow ? 800 : 10, () =>
        {
            var answer = Decide(request);
            if (!IsUnreliable || !world.Chance(0.08))
            {
                world.AfterBetween(0.5, slow ? 400 : 10, () => answered(answer));
            }
        });
    }

    private ArbiterRequest Renamed(ArbiterRequest request) => request switch
    {
        GoAlone alone => alone with { Version = Row.Version },
        MarkComplete mark => mark with { Version = Row.Version },
        Promote promote => promote with { Version = Row.Version },
        _ => request,
    };
}
