namespace Runbooks.Tests.Conformance.Servers;

/// <summary>Our own engine, found by the address in RUNBOOKS_ENGINE_ADDRESS.</summary>
internal sealed class EmbeddedEngine : ServerUnderTest
{
    public override string Name => "embedded engine";

    public override Task<string> AddressAsync()
    {
        var address = Environment.GetEnvironmentVariable("RUNBOOKS_ENGINE_ADDRESS");
        Assert.SkipWhen(string.IsNullOrEmpty(address), "RUNBOOKS_ENGINE_ADDRESS names no running engine.");
        return Task.FromResult(address!);
    }
}
