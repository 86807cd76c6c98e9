using System.Text;
using Runbooks.Domain.Errors;
using Runbooks.SiteAgent.Machines;

namespace Runbooks.Tests.Unit.Procedures;

/// <summary>A drill's machine is proven to have no network, or the drill fails.</summary>
public sealed class QemuIsolationTests
{
    private const string None = """{"return": []}""";

    [Fact]
    public void MachineWithoutAdapter_IsProvenByItsArgumentsAndItsMonitor()
    {
        var proof = QemuIsolation.Prove("db-1", Line("qemu-system-x86_64", "-m", "64", "-nic", "none"), None);
        Assert.Contains("sha256:", proof, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-m 64")]
    [InlineData("-nic user,model=virtio-net-pci")]
    [InlineData("-nic none -netdev user,id=n0")]
    [InlineData("-nic none -device virtio-net-pci,netdev=n0")]
    public void MachineThatCouldReachSomething_FailsTheDrill(string arguments) =>
        Assert.Throws<Fault>(() => QemuIsolation.Prove("db-1", Line([.. arguments.Split(' ')]), None));

    [Fact]
    public void MachineWhoseMonitorListsAnAdapter_FailsTheDrill() => Assert.Throws<Fault>(() =>
        QemuIsolation.Prove("db-1", Line("-nic", "none"), """{"return": [{"name": "net0"}]}"""));

    private static byte[] Line(params string[] arguments) =>
        Encoding.UTF8.GetBytes(string.Join('\0', arguments) + "\0");
}
