namespace Runbooks.Tests.House.Laws;

/// <summary>
/// Holds a count per room at what it is today: more fails and names the places; less asks, in the output, that the
/// number be lowered.
/// </summary>
internal static class Ratchet
{
    public static void Hold(
        string what, IReadOnlyDictionary<string, int> today, ITestOutputHelper output,
            IEnumerable<(string Room, string Place)> found)
    {
        var byRoom = found.ToLookup(f => f.Room, f => f.Place);
        var grown = new List<string>();
        foreach (var room in byRoom.Select(g => g.Key).Union(today.Keys).Order(StringComparer.Ordinal))
        {
            var (count, allowed) = (byRoom[room].Count(), today.GetValueOrDefault(room));
            if (count > allowed)
            {
                grown.Add($"{room}: {count} {what}, {allowed} allowed:\n  "
                    + string.Join("\n  ", byRoom[room].Take(20)));
            }
            else if (count < allowed)
            {
                output.WriteLine($"{room}: {count} {what}; lower Ratchets from {allowed} to {count}.");
            }
        }
        if (grown.Count > 0)
        {
            var numbers = byRoom.OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => $"[\"{g.Key}\"] = {g.Count()},");
            Assert.Fail(string.Join('\n', grown) + "\nall rooms now: " + string.Join(' ', numbers));
        }
    }
}
