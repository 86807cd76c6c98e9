using System.Text;

namespace Runbooks.ControlPlane.Security;

/// <summary>RFC 4648 base 32 without padding: the alphabet that authenticator apps read and people can type.</summary>
public static class Base32
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static string Write(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder((bytes.Length * 8 + 4) / 5);
        var (pending, bits) = (0, 0);
        foreach (var b in bytes)
        {
            pending = (pending << 8) | b;
            bits += 8;
            while (bits >= 5)
            {
                bits -= 5;
                text.Append(Alphabet[(pending >> bits) & 31]);
            }

            pending &= (1 << bits) - 1;
        }

        return bits == 0 ? text.ToString() : text.Append(Alphabet[(pending << (5 - bits)) & 31]).ToString();
    }

    /// <returns>The bytes, or null for text that is not base 32.</returns>
    public static byte[]? Read(string text)
    {
        var bytes = new List<byte>(text.Length * 5 / 8);
        var (pending, bits) = (0, 0);
        foreach (var c in text.TrimEnd('='))
        {
            var value = Alphabet.IndexOf(char.ToUpperInvariant(c), StringComparison.Ordinal);
            if (value < 0)
            {
                return null;
            }

            pending = (pending << 5) | value;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes.Add((byte)(pending >> bits));
                pending &= (1 << bits) - 1;
            }
        }

        return [.. bytes];
    }
}
