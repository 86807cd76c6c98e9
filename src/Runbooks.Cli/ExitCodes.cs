namespace Runbooks.Cli;

/// <summary>What every command ends with. Scripts depend on them: they never change meaning.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The command was understood and failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line or a file it names is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Somebody else must approve first.</summary>
    public const int NeedsApproval = 3;

    /// <summary>Something is not ready yet, or a wait ran into its time limit.</summary>
    public const int NotReady = 4;
}
