using System.Text;
using QRCoder;

namespace Runbooks.ControlPlane.Api;

/// <summary>A text as a QR code, drawn as one SVG path: no image to fetch, and no style for a strict page to refuse.</summary>
/// <param name="Side">Modules along each side, with the quiet zone of four that belongs to the code.</param>
/// <param name="Path">The dark modules, as the <c>d</c> of a path in a box of <paramref name="Side"/> by <paramref name="Side"/>.</param>
/// <remarks>Error correction M: a seventh of the paper may be dirt.</remarks>
public sealed record QrPicture(int Side, string Path)
{
    // 77 modules at this length: more are too fine for a phone that looks at nine lines of paper or screen.
    private const int BytesMax = 400;

    /// <summary>The picture; null when the text is too long for one that can be read.</summary>
    public static QrPicture? Of(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > BytesMax)
        {
            return null;
        }

        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M, forceUtf8: true);
        var rows = code.ModuleMatrix;
        var path = new StringBuilder();
        for (var y = 0; y < rows.Count; y++)
        {
            for (var x = 0; x < rows.Count; x++)
            {
                var run = 0;
                while (x + run < rows.Count && rows[y][x + run])
                {
                    run++;
                }

                if (run > 0)
                {
                    path.Append($"M{x} {y}h{run}v1h-{run}z");
                    x += run;
                }
            }
        }

        return new QrPicture(rows.Count, path.ToString());
    }
}
