namespace Runbooks.Testing.Disks;

/// <summary>The machine lost power at the operation a test chose. Nothing of ours may catch it.</summary>
public sealed class SimulatedCrash() : Exception("The simulated machine lost power here.");
