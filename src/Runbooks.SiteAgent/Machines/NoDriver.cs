using Runbooks.Workflows.Sites;

namespace Runbooks.SiteAgent.Machines;

/// <summary>For workloads that something else starts. It says so in every report and never claims a running machine.</summary>
internal sealed class NoDriver : IMachineDriver
{
    public const string Says = "driver none: no machine was started by Runbooks";

    public Task<string> StartAsync(MachineFiles files, StartMachineRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(Says);

    public Task<string> StopAsync(MachineFiles files, MachineRecord record, CancellationToken cancellationToken) => Task.FromResult(Says);

    public Task<string> CheckAsync(MachineFiles files, MachineRecord record, CancellationToken cancellationToken) => Task.FromResult(Says);
}
