namespace Runbooks.Tests.Conformance.Servers;

/// <summary>The servers every case is written for. A case that fails on the real one is a wrong case.</summary>
public static class ServersUnderTest
{
    public static ServerUnderTest Real { get; } = new RealDevServer();

    public static ServerUnderTest Embedded { get; } = new EmbeddedEngine();

    /// <summary>Data of a case: <c>[Theory, MemberData(nameof(ServersUnderTest.All), MemberType = typeof(...))]</c>.
    /// </summary>
    public static TheoryData<string> All => [Real.Name, Embedded.Name];

    /// <summary>The server of a case's data row.</summary>
    public static ServerUnderTest Named(string name) => name == Real.Name ? Real : Embedded;
}
