namespace Runbooks.Testing.Simulation;

/// <summary>
/// What goes wrong besides crashes: lines, the way to the arbiter, and how long a dead site stays dead.
/// </summary>
internal sealed class SimFaults(Simulation simulation)
{
    private readonly SimWorld world = simulation.World;
    private bool isStopped;

    public void Loop()
    {
        foreach (var site in simulation.Sites)
        {
            if (!site.IsUp && world.Chance(isStopped ? 1 : 0.03))
            {
                site.Start();
            }
        }

        world.After(TimeSpan.FromMilliseconds(20), Loop);
    }

    public void AfterRequest()
    {
        if (isStopped)
        {
            return;
        }

        if (world.Chance(simulation.Options.LinkChange))
        {
            var from = world.Next(simulation.Sites.Length);
            var to = (from + 1 + world.Next(simulation.Sites.Length - 1)) % simulation.Sites.Length;
            var cut = !simulation.Wan.IsCut(from, to);
            simulation.Wan.Set(from, to, cut);
            if (world.Chance(0.6))
            {
                simulation.Wan.Set(to, from, cut);
            }
        }

        if (world.Chance(simulation.Options.LinkChange / 2))
        {
            var site = simulation.Sites[world.Next(simulation.Sites.Length)];
            site.IsArbiterCut = !site.IsArbiterCut;
            world.Note(() => $"{site.Site} {(site.IsArbiterCut ? "loses" : "regains")} the arbiter");
        }

        if (world.Chance(simulation.Options.OrderlyStops))
        {
            simulation.Sites[world.Next(simulation.Sites.Length)].StopInOrder();
        }

        if (world.Chance(simulation.Options.LinkChange / 4))
        {
            simulation.Arbiter.IsReachable = !simulation.Arbiter.IsReachable;
        }
    }

    public void Stop()
    {
        isStopped = true;
        simulation.Arbiter.IsReachable = true;
        simulation.Arbiter.IsUnreliable = false;
        for (var from = 0; from < simulation.Sites.Length; from++)
        {
            simulation.Sites[from].IsArbiterCut = false;
            for (var to = 0; to < simulation.Sites.Length; to++)
            {
                if (from != to)
                {
                    simulation.Wan.Set(from, to, cut: false);
                }
            }
        }
    }
}
