namespace Runbooks.SiteAgent.Machines;

/// <summary>How machines are run at a site.</summary>
public sealed record MachineSettings
{
    /// <summary>QEMU accelerator: <c>tcg</c> works everywhere and is the default; <c>kvm</c> where the host has it.</summary>
    public string Accelerator { get; init; } = "tcg";

    /// <summary>Path or name of the QEMU system emulator.</summary>
    public string Qemu { get; init; } = "qemu-system-x86_64";

    /// <summary>True ends machines with the agent: for test stacks. Default false: a guest outlives its agent.</summary>
    public bool DieWithAgent { get; init; }
}
