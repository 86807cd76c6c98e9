using Runbooks.Cli.Commands;

namespace Runbooks.Tests.Unit.Cli;

public sealed class FormTests
{
    [Theory]
    [InlineData("90", 90)]
    [InlineData("30s", 30)]
    [InlineData("15m", 900)]
    [InlineData("1.5h", 5400)]
    [InlineData("7d", 604800)]
    public void Seconds_WithAndWithoutUnit_AreSeconds(string text, double seconds) =>
        Assert.Equal(seconds, Form.SecondsOf(text));

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("512MiB", 512L << 20)]
    [InlineData("20GiB", 20L << 30)]
    [InlineData("1TiB", 1L << 40)]
    public void Bytes_InBinaryUnits_AreBytes(string text, long bytes) => Assert.Equal(bytes, Form.BytesOf(text));

    [Theory]
    [InlineData("20GB")]
    [InlineData("GiB")]
    [InlineData("-1GiB")]
    [InlineData("8192PiB")]
    [InlineData("99999999999999999999")]
    public void Bytes_NotASizeOrTooMany_AreRefused(string text) =>
        Assert.Throws<FormatException>(() => Form.BytesOf(text));

    [Theory]
    [InlineData("")]
    [InlineData("15 minutes")]
    [InlineData("-5s")]
    [InlineData("1e3s")]
    public void Seconds_NotATime_AreRefused(string text) => Assert.Throws<FormatException>(() => Form.SecondsOf(text));

    [Fact]
    public void Disks_WithAVolume_NameIt() => Assert.Equal(
        """[{"name":"data","sizeBytes":1048576},{"name":"log","sizeBytes":4096,"volume":"vol_1"}]""",
        Form.Disks.Read(["data=1MiB", "log=4KiB=vol_1"])!.ToJsonString());

    [Fact]
    public void Roles_WithAScope_CarryIt() => Assert.Equal(
        """[{"role":"viewer"},{"role":"operator","group":"payments"},{"role":"admin","site":"site-a"}]""",
        Form.Roles.Read(["viewer,operator@group:payments", "admin@site:site-a"])!.ToJsonString());

    [Theory]
    [InlineData("operator@payments")]
    [InlineData("operator@group:")]
    public void Roles_WithAScopeOfNoKind_AreRefused(string text) =>
        Assert.Throws<FormatException>(() => Form.Roles.Read([text]));

    [Fact]
    public void Pairs_WithEqualSignInTheValue_KeepIt() => Assert.Equal(
        """{"query":"a=b"}""", Form.Pairs.Read(["query=a=b"])!.ToJsonString());
}
