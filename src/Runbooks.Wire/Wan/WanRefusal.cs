namespace Runbooks.Wire.Wan;

/// <summary>Why a connection or a copy is refused; the payload of Refuse.</summary>
/// <param name="Code">Stable code (RB-…).</param>
/// <param name="Message">What is wrong, for the operator.</param>
/// <param name="Correction">What to do about it.</param>
public sealed record WanRefusal(string Code, string Message, string Correction)
{
    private const int TextMax = 2048;

    /// <summary>Encodes the payload.</summary>
    public byte[] Write()
    {
        var fields = new WanFieldWriter();
        fields.Text(1, Code);
        fields.Text(2, Message);
        fields.Text(3, Correction);
        return fields.ToArray();
    }

    /// <summary>Decodes a payload.</summary>
    /// <exception cref="WanProtocolException">A field is over its limit or damaged.</exception>
    public static WanRefusal Read(ReadOnlySpan<byte> payload)
    {
        var refusal = new WanRefusal("", "", "");
        var reader = new WanFieldReader(payload);
        while (reader.Next())
        {
            refusal = reader.Tag switch
            {
                1 => refusal with { Code = reader.Text(TextMax) },
                2 => refusal with { Message = reader.Text(TextMax) },
                3 => refusal with { Correction = reader.Text(TextMax) },
                _ => refusal,
            };
        }

        return refusal;
    }
}
