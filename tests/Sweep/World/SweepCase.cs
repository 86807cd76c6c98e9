using System.Collections.Concurrent;

namespace Runbooks.Tests.Sweep.World;

/// <summary>One run in a world of its own, and what is done to its activities.</summary>
internal sealed class SweepCase(string id, WorldModel world)
{
    private readonly ConcurrentDictionary<string, int> seen = new(StringComparer.Ordinal);

    public string Id { get; } = id;

    public WorldModel World { get; } = world;

    /// <summary>Every call that came, in order, by a name that is the same in every run of the same procedure.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>What took effect and what people were told, with this case's own name taken out.</summary>
    public IReadOnlyList<string> Outcome =>
        [.. World.Effects.Concat(World.Told).Select(e => e.Replace(Id, "case", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Loses the first result of every call.</summary>
    public bool LosesFirstResults { get; init; }

    /// <summary>The call that is refused, by its name, until <see cref="Heal"/>.</summary>
    public string? Refused { get; set; }

    /// <summary>Runs when a call comes, before it takes effect.</summary>
    public Func<string, Task>? OnCall { get; set; }

    /// <summary>Ends the refusals.</summary>
    public void Heal() => Refused = null;

    /// <summary>A name for a call: what, where and for which step, and how often that came before.</summary>
    public string NameOf(string activity, string queue, string step, bool isFirstAttempt)
    {
        var name = $"{activity}@{queue}{(step.Length > 0 ? $" {step}" : string.Empty)}";
        var count = isFirstAttempt ? seen.AddOrUpdate(name, 1, (_, n) => n + 1) : seen.GetValueOrDefault(name, 1);
        return count == 1 ? name : $"{name} ({count})";
    }
}
