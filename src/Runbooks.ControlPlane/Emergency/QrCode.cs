using System.Text;
using Runbooks.Domain.Errors;

namespace Runbooks.ControlPlane.Emergency;

/// <summary>A text as a QR code, for paper that a phone reads. Pure.</summary>
/// <remarks>
/// ISO/IEC 18004, of it: byte mode, error correction M (a seventh of the paper may be dirt), versions 1 to 9, which
/// is 180 bytes: an address. Module (x, y) is true where it is dark. A reader accepts any of the eight masks; the one
/// with the least penalty is chosen, because long runs and false finders make a code slow to find.
/// </remarks>
internal sealed class QrCode
{
    public const int MaxBytes = 180;

    // By version, from 1: all codewords, those of error correction in one block, blocks (table 9, level M).
    private static readonly (int All, int Check, int Blocks)[] Sizes =
    [
        (26, 10, 1), (44, 16, 1), (70, 26, 1), (100, 18, 2), (134, 24, 2), (172, 16, 4), (196, 18, 4), (242, 22, 4),
        (292, 22, 5),
    ];

    // Rows and columns of the alignment patterns, by version (annex E).
    private static readonly int[][] Alignments =
        [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46]];

    private readonly bool[,] _dark;
    private readonly bool[,] _fixed;
    private readonly int _version;

    private QrCode(int version)
    {
        _version = version;
        Size = 17 + (4 * version);
        _dark = new bool[Size, Size];
        _fixed = new bool[Size, Size];
    }

    public int Size { get; }

    public bool this[int x, int y] => _dark[x, y];

    public static QrCode Of(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Invariant.Require(bytes.Length <= MaxBytes, "the text of a QR code fits version 9");
        var version = 1;
        // Four bits of mode and eight of length go before the bytes.
        while (DataCodewords(version) < bytes.Length + 2)
        {
            version++;
        }

        var code = new QrCode(version);
        code.DrawPatterns();
        code.DrawCodewords(Interleaved(Codewords(bytes, version), version));
        code.Mask(Enumerable.Range(0, 8).MinBy(mask => code.PenaltyWith(mask)));
        return code;
    }

    private static int DataCodewords(int version)
    {
        var (all, check, blocks) = Sizes[version - 1];
        return all - (check * blocks);
    }

    private static byte[] Codewords(byte[] bytes, int version)
    {
        var words = new byte[DataCodewords(version)];
        // Mode 0100, then the length, then the bytes: all shifted by half a codeword.
        words[0] = (byte)(0x40 | (bytes.Length >> 4));
        words[1] = (byte)(bytes.Length << 4);
        for (var i = 0; i < bytes.Length; i++)
        {
            words[i + 1] |= (byte)(bytes[i] >> 4);
            words[i + 2] = (byte)(bytes[i] << 4);
        }

        for (int i = bytes.Length + 2, pad = 0; i < words.Length; i++, pad ^= 1)
        {
            words[i] = (byte)(pad == 0 ? 0xEC : 0x11);
        }

        return words;
    }

    private static byte[] Interleaved(byte[] data, int version)
    {
        var (all, check, blocks) = Sizes[version - 1];
        var shorter = data.Length / blocks;
        var longerBlocks = data.Length % blocks;
        var parts = new byte[blocks][];
        for (int block = 0, at = 0; block < blocks; block++)
        {
            var length = shorter + (block >= blocks - longerBlocks ? 1 : 0);
            parts[block] = data[at..(at + length)];
            at += length;
        }

        var checks = parts.Select(part => ReedSolomon.Remainder(part, check)).ToArray();
        var woven = new List<byte>(all);
        for (var i = 0; i <= shorter; i++)
        {
            woven.AddRange(parts.Where(part => i < part.Length).Select(part => part[i]));
        }

        for (var i = 0; i < check; i++)
        {
            woven.AddRange(checks.Select(each => each[i]));
        }

        return [.. woven];
    }

    private void DrawPatterns()
    {
        for (var i = 0; i < Size; i++)
        {
            Fix(6, i, i % 2 == 0);
            Fix(i, 6, i % 2 == 0);
        }

        DrawFinder(3, 3);
        DrawFinder(Size - 4, 3);
        DrawFinder(3, Size - 4);
        var centres = Alignments[_version - 1];
        foreach (var x in centres)
        {
            foreach (var y in centres.Where(y => !IsFinderCorner(x, y)))
            {
                Square(x, y, 2, distance => distance != 1);
            }
        }

        DrawFormat(mask: 0);
        DrawVersion();
    }

    private bool IsFinderCorner(int x, int y) => (x, y) switch
    {
        (6, 6) => true,
        (6, _) => y == Size - 7,
        (_, 6) => x == Size - 7,
        _ => false,
    };

    // With the light ring that separates it; what lies outside of the code is left out.
    private void DrawFinder(int x, int y) => Square(x, y, 4, static distance => distance is not (2 or 4));

    private void Square(int x, int y, int reach, Func<int, bool> darkAt)
    {
        for (var dy = -reach; dy <= reach; dy++)
        {
            for (var dx = -reach; dx <= reach; dx++)
            {
                if (x + dx >= 0 && x + dx < Size && y + dy >= 0 && y + dy < Size)
                {
                    Fix(x + dx, y + dy, darkAt(Math.Max(Math.Abs(dx), Math.Abs(dy))));
                }
            }
        }
    }

    // Level M is 00; ten bits of BCH behind it and the mask's three; twice, so that one torn corner does not matter.
    private void DrawFormat(int mask)
    {
        var rest = mask;
        for (var i = 0; i < 10; i++)
        {
            rest = (rest << 1) ^ ((rest >> 9) * 0x537);
        }

        var bits = ((mask << 10) | rest) ^ 0x5412;
        for (var i = 0; i < 15; i++)
        {
            var dark = ((bits >> i) & 1) == 1;
            // Past the timing lines in row and column 6.
            Fix(i < 8 ? 8 : i == 8 ? 7 : 14 - i, i < 6 ? i : i < 8 ? i + 1 : 8, dark);
            Fix(i < 8 ? Size - 1 - i : 8, i < 8 ? 8 : Size - 15 + i, dark);
        }

        Fix(8, Size - 8, true);
    }

    private void DrawVersion()
    {
        if (_version < 7)
        {
            return;
        }

        var rest = _version;
        for (var i = 0; i < 12; i++)
        {
            rest = (rest << 1) ^ ((rest >> 11) * 0x1F25);
        }

        var bits = (_version << 12) | rest;
        for (var i = 0; i < 18; i++)
        {
            var dark = ((bits >> i) & 1) == 1;
            Fix(Size - 11 + (i % 3), i / 3, dark);
            Fix(i / 3, Size - 11 + (i % 3), dark);
        }
    }

    // Two columns at a time from the right, up and down in turns, around the timing column.
    private void DrawCodewords(byte[] words)
    {
        var bit = 0;
        for (var right = Size - 1; right >= 1; right -= right == 8 ? 3 : 2)
        {
            bit = DrawColumns(words, right, bit);
        }
    }

    private int DrawColumns(byte[] words, int right, int bit)
    {
        var upward = ((right + 1) & 2) == 0;
        for (var step = 0; step < Size; step++)
        {
            var y = upward ? Size - 1 - step : step;
            for (var x = right; x >= right - 1; x--)
            {
                if (!_fixed[x, y] && bit < words.Length * 8)
                {
                    _dark[x, y] = ((words[bit >> 3] >> (7 - (bit & 7))) & 1) == 1;
                    bit++;
                }
            }
        }

        return bit;
    }

    private int PenaltyWith(int mask)
    {
        Mask(mask);
        var penalty = QrPenalty.Of(_dark);
        Mask(mask);
        return penalty;
    }

    // Twice is not at all.
    private void Mask(int mask)
    {
        DrawFormat(mask);
        for (var y = 0; y < Size; y++)
        {
            for (var x = 0; x < Size; x++)
            {
                _dark[x, y] ^= !_fixed[x, y] && Inverts(mask, x, y);
            }
        }
    }

    private static bool Inverts(int mask, int x, int y) => mask switch
    {
        0 => (x + y) % 2 == 0,
        1 => y % 2 == 0,
        2 => x % 3 == 0,
        3 => (x + y) % 3 == 0,
        4 => ((x / 3) + (y / 2)) % 2 == 0,
        5 => (x * y % 2) + (x * y % 3) == 0,
        6 => ((x * y % 2) + (x * y % 3)) % 2 == 0,
        _ => (((x + y) % 2) + (x * y % 3)) % 2 == 0,
    };

    private void Fix(int x, int y, bool dark)
    {
        _dark[x, y] = dark;
        _fixed[x, y] = true;
    }
}
