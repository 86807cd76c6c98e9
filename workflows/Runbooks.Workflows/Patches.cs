namespace Runbooks.Workflows;

/// <summary>
/// Names of the changes that added commands to a released procedure. A run that began before one goes on without it;
/// a name is
/// retired only when no such run can be open any more.
/// </summary>
internal static class Patches
{
    /// <summary>A drill reads the arbiter's rows in step 2 and judges what would have been lost.</summary>
    public const string DrillJudgesLoss = "drill-judges-loss";

    /// <summary>
    /// A drill takes stock at the sites of its group instead of at every site, and goes on without one that is away.
    /// </summary>
    public const string DrillAsksItsOwnSites = "drill-asks-its-own-sites";

    /// <summary>Failback seeds a site that the new primary has never sent to before it catches it up.</summary>
    public const string FailbackSeeds = "failback-seeds";
}
