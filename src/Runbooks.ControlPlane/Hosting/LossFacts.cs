using Runbooks.ControlPlane.Api;

namespace Runbooks.ControlPlane.Hosting;

/// <summary>What happens if a part dies, said for the installation as it stands. Pure.</summary>
internal static class LossFacts
{
    public static IReadOnlyList<LossFact> Of(bool databaseIsSafe, int standbys, ControlPlaneOptions options) =>
    [
        new(
            "this control plane",
            "Guests go on reading and writing; replication goes on. Runs pause where they are, console and commands "
                + "are away. A link that fails meanwhile makes writes wait where the policy says arbitrate.",
            options.ControlPlanes.Count > 1
                ? "Another control plane takes the database's lock by itself, raises the epoch and goes on."
                : "None is configured: start it again. Nothing that was acknowledged is lost."),
        new(
            "the database",
            "As for the control plane: no decision can be stored, so none is made. Guests go on while links are well.",
            (databaseIsSafe, standbys) switch
            {
                (true, _) => "Its synchronous standby has every decision; the monitor promotes it, or a person does.",
                (_, > 0) => "A standby is connected but does not confirm: it may miss decisions. NOT PROTECTED.",
                _ => options.Postgres is null
                    ? "There is one copy, on this machine's disk. NOT PROTECTED: keep a backup, or give a pair."
                    : "No standby is connected. NOT PROTECTED.",
            }),
        new(
            "the engine",
            "Runs stand still at their last recorded step; data paths do not notice.",
            options.Temporal is null
                ? "It lives in this process and comes back with it, from the history in the database."
                : "It is a server of its own: see its own state page."),
        new(
            "a site's agent",
            "The guests of that site lose their disks until it is back; its peers ask the arbiter and go on alone.",
            "It resumes from its own durable record; a failover is a person's decision, or a runbook's."),
        new(
            "a whole site",
            "What was complete at a standby is not lost: the arbiter's row proves it. The rest is shown as exposure.",
            "A person starts the failover runbook of each group; the returned site is fenced until it was met."),
    ];
}
