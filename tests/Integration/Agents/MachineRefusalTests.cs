using Runbooks.Domain.Status;
using Runbooks.Domain.Units;
using Runbooks.SiteAgent.Machines;
using Runbooks.Tests.Integration.Sites;
using Runbooks.Workflows;
using Runbooks.Workflows.Sites;

namespace Runbooks.Tests.Integration.Agents;

/// <summary>Machines that a site does not start, and that leave no trace of the attempt.</summary>
public sealed class MachineRefusalTests : IDisposable
{
    private readonly SiteUnderTest _site = new(SiteUnderTest.A);
    private readonly MachineRegistry _machines;

    public MachineRefusalTests() =>
        _machines = new MachineRegistry(Path.Combine(_site.Folder, "machines"), _site.Site, new MachineSettings());

    public void Dispose()
    {
        _machines.Dispose();
        _site.Dispose();
    }

    [Fact]
    public async Task Driver_ThatTheSiteLacks_IsNamedWithThoseItHas()
    {
        var refusal = (await StartAsync("vmware")).Refused("RB-MACHINE-001", "workload.driver.kind");
        Assert.Contains("vmware", refusal.Cause, StringComparison.Ordinal);
        Assert.Contains("command", refusal.Correction, StringComparison.Ordinal);
        Assert.Empty(_machines.Inventory());
    }

    [Fact]
    public async Task Disk_ThatIsNotServedHere_StopsTheStart()
    {
        Assert.True((await _site.CreateAsync(Domain.States.Role.Standby, peer: SiteUnderTest.B)).IsOk);
        var refusal = (await StartAsync("command", "/bin/true")).Refused("RB-MACHINE-002");
        Assert.Contains("data", refusal.Cause, StringComparison.Ordinal);
        Assert.Empty(_machines.Inventory());
    }

    [Fact]
    public async Task Command_ThatIsNotSet_IsNamed()
    {
        await _site.PrimaryAsync();
        var refused = await Assert.ThrowsAsync<Domain.Errors.RefusalException>(() => StartAsync("command"));
        Assert.Equal("RB-MACHINE-003", refused.Refusal.Code);
        Assert.Equal("workload.driver.start", refused.Refusal.Field);
        Assert.NotEmpty(refused.Refusal.Correction);
    }

    private Task<Domain.Errors.Outcome<MachineResult>> StartAsync(string driver, params string[] command) =>
        _machines.StartAsync(
        new StartMachineRequest(
            new StepKey("run_000001", "start", Generation.First),
            SiteUnderTest.Workload(driver: driver, start: command),
            new Dictionary<string, string>(), "", IsDrill: false),
        TestContext.Current.CancellationToken);
}
