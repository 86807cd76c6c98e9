namespace Runbooks.Tests.House.Laws;

/// <summary>What is over a limit today. Numbers here are only ever lowered; an entry at 0 is deleted.</summary>
internal static class Ratchets
{
    /// <summary>Over the hard stop, each with why it is still one file.</summary>
    public static readonly Dictionary<string, (int LinesMax, string Why)> LongFiles = new()
    {
    };

    public static readonly Dictionary<string, int> LongFunctions = new()
    {
    };

    public static readonly Dictionary<string, int> WideLines = new()
    {
    };

    public static readonly Dictionary<string, int> CrowdedFiles = new()
    {
    };

    public static readonly Dictionary<string, int> EchoingSummaries = new()
    {
    };

    /// <summary>Workflows without a recorded history yet.</summary>
    public static readonly string[] WorkflowsWithoutHistory =
    [
    ];

    /// <summary>Workflow folders whose code does not repeat the numbered steps of their README yet.</summary>
    public static readonly string[] UnnumberedWorkflows =
    [
    ];
}
