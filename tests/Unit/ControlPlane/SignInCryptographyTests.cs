using System.Text;
using Runbooks.ControlPlane.Security;

namespace Runbooks.Tests.Unit.ControlPlane;

public sealed class SignInCryptographyTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("12345678901234567890");

    /// <summary>RFC 6238 appendix B, SHA-1, shortened to the six digits we use.</summary>
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void Totp_AtTheStandardsTimes_GivesTheStandardsCodes(long unix, string code) =>
        Assert.Equal(code, Totp.CodeAt(Secret, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(unix))));

    [Fact]
    public void Totp_OneStepEitherWay_MatchesAndTwoDoNot()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1234567890);
        var step = Totp.StepAt(now);
        Assert.Equal(step - 1, Totp.Match(Secret, Totp.CodeAt(Secret, step - 1), now, 0));
        Assert.Equal(step + 1, Totp.Match(Secret, Totp.CodeAt(Secret, step + 1), now, 0));
        Assert.Null(Totp.Match(Secret, Totp.CodeAt(Secret, step - 2), now, 0));
        Assert.Null(Totp.Match(Secret, "12345", now, 0));
    }

    [Fact]
    public void Totp_StepUsedBefore_MatchesNoMore()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1234567890);
        var step = Totp.StepAt(now);
        Assert.Null(Totp.Match(Secret, Totp.CodeAt(Secret, step), now, step));
        Assert.Equal(step + 1, Totp.Match(Secret, Totp.CodeAt(Secret, step + 1), now, step));
    }

    [Fact]
    public void Totp_Uri_NamesTheUserAndIsReadByApps()
    {
        var uri = Totp.UriOf(Secret, "olga", "cp.example");
        Assert.StartsWith("otpauth://totp/Runbooks%20cp.example:olga?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&", uri,
            StringComparison.Ordinal);
        Assert.Contains("digits=6&period=30", uri, StringComparison.Ordinal);
    }

    /// <summary>RFC 4648 section 10, without padding.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Base32_Text_IsTheStandardsAndReadsBack(string plain, string text)
    {
        Assert.Equal(text, Base32.Write(Encoding.ASCII.GetBytes(plain)));
        Assert.Equal(Encoding.ASCII.GetBytes(plain), Base32.Read(text.ToLowerInvariant()));
    }

    [Fact]
    public void Password_Stored_MatchesItselfOnly()
    {
        var stored = PasswordHash.Of("four unrelated words");
        Assert.True(stored.Iterations >= 210_000);
        Assert.True(stored.Matches("four unrelated words"));
        Assert.False(stored.Matches("four unrelated word"));
        Assert.NotEqual(stored.Hash, PasswordHash.Of("four unrelated words").Hash);
        Assert.False(PasswordHash.OfNobody.Matches(""));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("password123456")]
    [InlineData("aaaaaaaaaaaaaaaa")]
    [InlineData("olgas-long-password")]
    public void Password_TriedFirst_IsObjectedTo(string password) =>
        Assert.NotNull(PasswordRules.Objection(password, "olgas"));

    [Fact]
    public void Password_OfUnrelatedWords_IsTaken() =>
        Assert.Null(PasswordRules.Objection("copper lantern orbit", "olga"));
}
