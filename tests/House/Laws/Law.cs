namespace Runbooks.Tests.House.Laws;

/// <summary>A law that is broken names every place, not the first five.</summary>
internal static class Law
{
    public static void Holds(IEnumerable<string> broken)
    {
        var places = broken.ToList();
        Assert.True(places.Count == 0, $"broken in {places.Count} places:\n  {string.Join("\n  ", places)}");
    }
}
