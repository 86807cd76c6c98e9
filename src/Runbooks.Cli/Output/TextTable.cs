namespace Runbooks.Cli.Output;

/// <summary>Aligned columns two spaces apart. Never folds or cuts: ids are copied from it, and scripts cut it by
/// spaces.</summary>
internal static class TextTable
{
    public static IEnumerable<string> Lines(IReadOnlyList<string> titles, IReadOnlyList<IReadOnlyList<string>> rows,
        bool coloured)
    {
        var widths = titles.Select((t, i) => rows.Select(r => r[i].Length).Append(t.Length).Max()).ToArray();
        yield return Line(titles, widths, coloured: false);
        foreach (var row in rows)
        {
            yield return Line(row, widths, coloured);
        }
    }

    private static string Line(IReadOnlyList<string> cells, int[] widths, bool coloured)
    {
        var last = cells.Count - 1;
        return string.Join("  ", cells.Select((c, i) => Ink.Paint(i == last ? c : c.PadRight(widths[i]), coloured)));
    }
}
