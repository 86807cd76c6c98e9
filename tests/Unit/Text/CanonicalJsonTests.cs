using System.Text.Json.Nodes;
using Runbooks.Domain.Text;

namespace Runbooks.Tests.Unit.Text;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("""{ "b" : 1, "a" : [ true , null, "x" ] }""", """{"a":[true,null,"x"],"b":1}""")]
    [InlineData(
        """{"\u20ac":1,"\r":2,"1":3,"\ud83d\ude00":4,"\ufb33":5}""", "{\"\\r\":2,\"1\":3,\"€\":1,\"😀\":4,\"\ufb33\":5}")]
    [InlineData(
        """["\u0007\b\t\n\f\r\"\\\/\u007f"]""", "[\"\\u0007\\b\\t\\n\\f\\r\\\"\\\\/\u007f\"]")]
    [InlineData("[-9007199254740991,0,-0]", "[-9007199254740991,0,0]")]
    public void Text_AnyLayout_HasOneForm(string text, string canonical)
    {
        Assert.Equal(canonical, CanonicalJson.WriteExact(JsonNode.Parse(text)));
        Assert.Equal(canonical, CanonicalJson.Write(JsonNode.Parse(text)));
        Assert.Equal(canonical, CanonicalJson.WriteExact(JsonNode.Parse(canonical)));
    }

    // Numbers of RFC 8785, appendix B.
    [Theory]
    [InlineData("1e21", "1e+21")]
    [InlineData("333333333.33333329", "333333333.3333333")]
    [InlineData("1E30", "1e+30")]
    [InlineData("4.50", "4.5")]
    [InlineData("2e-3", "0.002")]
    [InlineData("0.000000000000000000000000001", "1e-27")]
    [InlineData("-0.0", "0")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("1e-7", "1e-7")]
    [InlineData("0.0015", "0.0015")]
    [InlineData("-12.50", "-12.5")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157e+308")]
    [InlineData("5e-324", "5e-324")]
    [InlineData("100.5", "100.5")]
    [InlineData("123456789012345680000", "123456789012345680000")]
    public void Number_Fractional_IsPrintedAsEcmaScriptDoes(string number, string canonical) =>
        Assert.Equal(canonical, CanonicalJson.Write(JsonNode.Parse(number)));

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e400")]
    [InlineData("9007199254740993")]
    public void Number_NotASafeInteger_IsRefusedWhereItIsSigned(string number) =>
        Assert.Throws<FormatException>(() => CanonicalJson.WriteExact(JsonNode.Parse(number)));

    [Fact]
    public void Number_BeyondEveryDouble_IsRefusedEverywhere() =>
        Assert.Throws<FormatException>(() => CanonicalJson.Write(JsonNode.Parse("1e400")));

    [Fact]
    public void Key_Twice_IsRefused() =>
        Assert.Throws<FormatException>(() => CanonicalJson.Write(JsonNode.Parse("""{"a":1,"a":2}""")));

    [Fact]
    public void Text_WithHalfASurrogatePair_IsRefused() =>
        Assert.Throws<FormatException>(() => CanonicalJson.Write(new JsonArray("\ud800")));

    [Fact]
    public void Nesting_BeyondTheLimit_IsRefused()
    {
        JsonNode node = new JsonArray();
        for (var i = 0; i <= CanonicalJson.DepthMax; i++)
        {
            node = new JsonArray(node);
        }

        Assert.Throws<FormatException>(() => CanonicalJson.Write(node));
    }

    [Fact]
    public void Value_ThatBecomesTextWhenWritten_IsThatText() => Assert.Equal(
        """["2026-01-02T03:04:05+00:00"]""",
        CanonicalJson.WriteExact(new JsonArray(JsonValue.Create(new DateTimeOffset(2026, 1, 2, 3, 4, 5,
            TimeSpan.Zero)))));
}
