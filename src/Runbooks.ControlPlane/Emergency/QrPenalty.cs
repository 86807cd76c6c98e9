namespace Runbooks.ControlPlane.Emergency;

/// <summary>How hard a QR code is to read, by the four rules of ISO/IEC 18004, 7.8.3. Pure.</summary>
internal static class QrPenalty
{
    // Dark and light as 1:1:3:1:1 beside four light ones: what a reader looks for to find a corner.
    private const int FinderLike = 0b10111010000;
    private const int FinderLikeBackwards = 0b00001011101;
    private const int FinderBits = 11;

    public static int Of(bool[,] dark)
    {
        var size = dark.GetLength(0);
        var penalty = Balance(dark, size);
        for (var line = 0; line < size; line++)
        {
            var at = line;
            penalty += Line(size, i => dark[i, at]) + Line(size, i => dark[at, i]);
            if (line > 0)
            {
                penalty += Squares(dark, size, line);
            }
        }

        return penalty;
    }

    private static int Line(int size, Func<int, bool> dark)
    {
        int penalty = 0, run = 0, last = 0;
        for (var i = 0; i < size; i++)
        {
            run = i > 0 && dark(i) == dark(i - 1) ? run + 1 : 1;
            penalty += run switch { 5 => 3, > 5 => 1, _ => 0 };
            last = ((last << 1) | (dark(i) ? 1 : 0)) & ((1 << FinderBits) - 1);
            if (i >= FinderBits - 1 && last is FinderLike or FinderLikeBackwards)
            {
                penalty += 40;
            }
        }

        return penalty;
    }

    private static int Squares(bool[,] dark, int size, int y)
    {
        var penalty = 0;
        for (var x = 1; x < size; x++)
        {
            var one = dark[x, y];
            if (dark[x - 1, y] == one && dark[x, y - 1] == one && dark[x - 1, y - 1] == one)
            {
                penalty += 3;
            }
        }

        return penalty;
    }

    // Ten for every step of five per cent away from one half.
    private static int Balance(bool[,] dark, int size)
    {
        var count = dark.Cast<bool>().Count(static each => each);
        return Math.Abs((count * 20) - (size * size * 10)) / (size * size) * 10;
    }
}
