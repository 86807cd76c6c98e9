using Runbooks.Workflows.Sites;

namespace Runbooks.SiteAgent.Machines;

/// <summary>Starts, stops and checks machines of one kind. Every call may be repeated; the second one changes nothing.</summary>
internal interface IMachineDriver
{
    /// <summary>Starts the machine and returns what there is to say about it.</summary>
    Task<string> StartAsync(MachineFiles files, StartMachineRequest request, CancellationToken cancellationToken);

    /// <summary>Stops the machine, by force when it does not stop in time.</summary>
    Task<string> StopAsync(MachineFiles files, MachineRecord record, CancellationToken cancellationToken);

    /// <summary>Returns when the machine is healthy; throws a transient fault while it is not.</summary>
    Task<string> CheckAsync(MachineFiles files, MachineRecord record, CancellationToken cancellationToken);
}
