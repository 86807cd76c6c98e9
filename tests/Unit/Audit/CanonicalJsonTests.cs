using System.Text.Json.Nodes;
using Runbooks.Audit;

namespace Runbooks.Tests.Unit.Audit;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("""{ "b" : 1, "a" : [ true , null, "x" ] }""", """{"a":[true,null,"x"],"b":1}""")]
    [InlineData("""{"\u20ac":1,"\r":2,"1":3,"\ud83d\ude00":4,"\ufb33":5}""", "{\"\\r\":2,\"1\":3,\"€\":1,\"😀\":4,\"\ufb33\":5}")]
    [InlineData("""["\u0007\b\t\n\f\r\"\\\/\u007f"]""", "[\"\\u0007\\b\\t\\n\\f\\r\\\"\\\\/\u007f\"]")]
    [InlineData("[-9007199254740991,0,-0]", "[-9007199254740991,0,0]")]
    public void Text_AnyLayout_HasOneForm(string text, string canonical) =>
        Assert.Equal(canonical, CanonicalJson.Rewrite(text));

    [Fact]
    public void Canonical_Again_IsTheSame()
    {
        var once = CanonicalJson.Write(new JsonObject { ["z"] = "Ω", ["a"] = new JsonObject { ["y"] = 1, ["b"] = 2 } });
        Assert.Equal(once, CanonicalJson.Rewrite(once));
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e400")]
    [InlineData("9007199254740993")]
    public void Number_NotASafeInteger_IsRefused(string number) =>
        Assert.Throws<FormatException>(() => CanonicalJson.Rewrite(number));

    [Fact]
    public void Key_Twice_IsRefused() => Assert.Throws<FormatException>(() => CanonicalJson.Rewrite("""{"a":1,"a":2}"""));
}
