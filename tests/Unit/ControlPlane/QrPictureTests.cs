using System.Globalization;
using System.Text.RegularExpressions;
using Runbooks.ControlPlane.Api;

namespace Runbooks.Tests.Unit.ControlPlane;

/// <summary>What a page draws for a camera; that a foreign reader reads it is shown in the browser.</summary>
public sealed partial class QrPictureTests
{
    private const string Address = "https://dr.example:7443/emergency";

    // The corner by which a reader finds the code: a ring of seven modules with a block of three inside.
    private static readonly string[] Finder =
        ["#######", "#     #", "# ### #", "# ### #", "# ### #", "#     #", "#######"];

    [Fact]
    public void Path_OfAnAddress_HasAFinderInThreeCornersAndAQuietZoneAround()
    {
        var picture = QrPicture.Of(Address)!;
        var dark = Modules(picture);

        foreach (var (left, top) in new[] { (4, 4), (picture.Side - 11, 4), (4, picture.Side - 11) })
        {
            var rows = Enumerable.Range(top, 7).Select(y =>
                string.Concat(Enumerable.Range(left, 7).Select(x => dark.Contains((x, y)) ? '#' : ' ')));
            Assert.Equal(Finder, rows);
        }

        Assert.All(dark, m => Assert.True(
            Math.Min(m.X, m.Y) >= 4 && Math.Max(m.X, m.Y) < picture.Side - 4, $"{m} is in the quiet zone"));
    }

    [Fact]
    public void Path_OfAnything_IsNumbersAndCommandsOnly() =>
        Assert.Matches("^(M[0-9]+ [0-9]+h[0-9]+v1h-[0-9]+z)+$", QrPicture.Of("</svg><script>1</script>")!.Path);

    [Fact]
    public void Text_ThatIsTooLongForACamera_HasNoPicture()
    {
        Assert.NotNull(QrPicture.Of(new string('x', 400)));
        Assert.Null(QrPicture.Of(new string('x', 401)));
        Assert.Null(QrPicture.Of(new string('é', 201)));
    }

    private static HashSet<(int X, int Y)> Modules(QrPicture picture) =>
        [.. Runs().Matches(picture.Path).SelectMany(run =>
            Enumerable.Range(Number(run, 1), Number(run, 3)).Select(x => (x, Number(run, 2))))];

    private static int Number(Match run, int group) =>
        int.Parse(run.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"M(\d+) (\d+)h(\d+)v1")]
    private static partial Regex Runs();
}
