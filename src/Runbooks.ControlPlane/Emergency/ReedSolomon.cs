namespace Runbooks.ControlPlane.Emergency;

/// <summary>The check codewords of a QR code: a remainder over the field of 256 elements made by 0x11D. Pure.</summary>
internal static class ReedSolomon
{
    public static byte[] Remainder(byte[] data, int count)
    {
        var divisor = Divisor(count);
        var rest = new byte[count];
        foreach (var word in data)
        {
            var factor = (byte)(word ^ rest[0]);
            rest.AsSpan(1).CopyTo(rest);
            rest[^1] = 0;
            for (var i = 0; i < count; i++)
            {
                rest[i] ^= Times(divisor[i], factor);
            }
        }

        return rest;
    }

    // The product of (x - 2^0) to (x - 2^(count-1)), without its leading 1, highest power first.
    private static byte[] Divisor(int count)
    {
        var product = new byte[count];
        product[^1] = 1;
        byte root = 1;
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                product[j] = Times(product[j], root);
                if (j + 1 < count)
                {
                    product[j] ^= product[j + 1];
                }
            }

            root = Times(root, 2);
        }

        return product;
    }

    private static byte Times(byte left, byte right)
    {
        var product = 0;
        for (var bit = 7; bit >= 0; bit--)
        {
            product = (product << 1) ^ ((product >> 7) * 0x11D);
            product ^= ((right >> bit) & 1) * left;
        }

        return (byte)product;
    }
}
