using System.CommandLine;
using Runbooks.Domain.Errors;

namespace Runbooks.SiteAgent.Commands;

/// <summary>What all verbs share: the data folder, exit codes, how a refusal is shown.</summary>
internal static class CommonOptions
{
    public const int ExitFailed = 1;

    public static Option<string> Data() => new("--data")
    {
        Description = "The agent's data folder.",
        HelpName = "DIR",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("RUNBOOKS_AGENT_DATA") ?? "agent-data",
    };

    public static int Refuse(Refusal refusal)
    {
        Console.Error.WriteLine($"{refusal.Code}: {refusal.Message}");
        Console.Error.WriteLine($"  cause:      {refusal.Cause}");
        Console.Error.WriteLine($"  correction: {refusal.Correction}");
        return ExitFailed;
    }
}
