using System.Text.Json.Nodes;

namespace Runbooks.Cli.Commands.Runs;

/// <summary>What a run's state means for a script.</summary>
internal static class RunOutcome
{
    /// <summary>Whether nothing more will happen.</summary>
    public static bool HasEnded(JsonObject run) => run["endedAt"] is not null;

    /// <summary>The exit code of a command that stops looking now.</summary>
    public static int ExitCode(JsonObject run) => (string?)run["state"] switch
    {
        "succeeded" => ExitCodes.Ok,
        _ when HasEnded(run) => ExitCodes.Failed,
        "requested" when NeedsApproval(run) => ExitCodes.NeedsApproval,
        _ => ExitCodes.NotReady,
    };

    public static bool NeedsApproval(JsonObject run) =>
        (string?)run["state"] == "requested"
            && ((int?)run["approvalsGiven"] ?? 0) < ((int?)run["approvalsNeeded"] ?? 0);
}
