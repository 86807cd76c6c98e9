using Runbooks.Tests.Sweep.World;

namespace Runbooks.Tests.Sweep.Harness;

/// <summary>What must hold at the end of every run, however it ended.</summary>
internal static class Oracle
{
    /// <summary>Clones, drill machines and drill points belong to a run and go with it.</summary>
    public static IEnumerable<string> Residue(WorldModel world) => world.Sites.Values.SelectMany(site => site.Clones.Keys.Select(c => $"clone {c} left")
        .Concat(site.Machines.Where(m => m.Contains(':', StringComparison.Ordinal)).Select(m => $"machine {m} left"))
        .Concat(site.Points.Where(p => p.Value.Reason == Domain.States.RecoveryPointReason.Drill).Select(p => $"point {p.Key} left"))
        .Select(left => $"{site.Site}: {left}"));

    /// <summary>
    /// Every member is served by the site the arbiter names, unless that site is dead and nobody was promoted.
    /// </summary>
    public static IEnumerable<string> NotServed(WorldModel world)
    {
        foreach (var (id, row) in world.Rows)
        {
            var site = world.Sites[row.Primary];
            var copy = site.Copies[id];
            if (!site.IsDown && (!copy.IsOpen || copy.IsQuiesced || copy.Generation != row.Generation))
            {
                yield return $"{id} is not served at {row.Primary}: {copy}";
            }
        }
    }

    /// <summary>What was lost was accepted, and the run's result does not say 0.</summary>
    public static IEnumerable<string> LossIsSaid(WorldModel world, CaseEnd end)
    {
        if (world.Lost > 0 && world.Acceptances.Count == 0)
        {
            yield return $"{world.Lost} lost without acceptance";
        }

        if (world.Lost > 0 && end.Result is { ValueKind: System.Text.Json.JsonValueKind.Object } result
            && result.TryGetProperty("LossBytes", out var said) && said.ValueKind == System.Text.Json.JsonValueKind.Number && said.GetInt64() == 0)
        {
            yield return $"{world.Lost} lost and the result says 0";
        }
    }

    /// <summary>A setup that has reached its goal is not undone any more.</summary>
    public static bool IsProtected(WorldModel world, Scenario scenario) =>
        scenario.Workflow == "ReplicationSetup" && world.Rows.Values.Any(r => r.Complete.Count > 1);
}
