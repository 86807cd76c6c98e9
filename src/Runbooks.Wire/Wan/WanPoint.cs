namespace Runbooks.Wire.Wan;

/// <summary>A recovery point to take at this position of the stream; the payload of Point and PointResult.</summary>
/// <param name="Id">Id of the recovery point; taking the same id again is the same point.</param>
/// <param name="Reason">Why it is taken (periodic, manual, before-promote, anomaly).</param>
/// <param name="TakenAtUnixMilliseconds">Instant at the primary.</param>
/// <param name="Metadata">The workload's metadata as the primary knows it; may be empty.</param>
public sealed record WanPoint(string Id, string Reason, ulong TakenAtUnixMilliseconds, string Metadata)
{
    private const int MetadataMax = 32 * 1024;

    /// <summary>Encodes the payload.</summary>
    public byte[] Write()
    {
        var fields = new WanFieldWriter();
        fields.Text(1, Id);
        fields.Text(2, Reason);
        fields.Number(3, TakenAtUnixMilliseconds);
        fields.Text(4, Metadata);
        return fields.ToArray();
    }

    /// <summary>Decodes a payload.</summary>
    /// <exception cref="WanProtocolException">A field is over its limit or damaged, or the id is missing.</exception>
    public static WanPoint Read(ReadOnlySpan<byte> payload)
    {
        var point = new WanPoint("", "", 0, "");
        var reader = new WanFieldReader(payload);
        while (reader.Next())
        {
            point = reader.Tag switch
            {
                1 => point with { Id = reader.Text(WanLimits.IdentityBytesMax) },
                2 => point with { Reason = reader.Text(WanLimits.IdentityBytesMax) },
                3 => point with { TakenAtUnixMilliseconds = reader.Number() },
                4 => point with { Metadata = reader.Text(MetadataMax) },
                _ => point,
            };
        }

        return point.Id.Length > 0 ? point : throw new WanProtocolException("a recovery point has no id");
    }
}
