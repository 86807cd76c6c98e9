using System.Buffers.Binary;

namespace Runbooks.Wire.Wan;

/// <summary>What a connection is for.</summary>
public enum WanPurpose : byte
{
    /// <summary>The ordered stream of one volume from its primary to one standby.</summary>
    Stream = 1,

    /// <summary>Two agents find out whether their copies may meet; no data flows.</summary>
    Meet = 2,
}

/// <summary>Optional abilities; both sides use the intersection.</summary>
[Flags]
public enum WanCapabilities : ulong
{
    /// <summary>No optional ability.</summary>
    None = 0,

    /// <summary>Zero and Discard frames.</summary>
    Zeroes = 1,

    /// <summary>SHA-256 digests of ranges.</summary>
    Digests = 2,

    /// <summary>Recovery points ordered in the stream.</summary>
    Points = 4,

    /// <summary>Answers Fetch frames.</summary>
    Fetches = 8,

    /// <summary>Everything this version knows.</summary>
    All = Zeroes | Digests | Points | Fetches,
}

/// <summary>One generation of a copy's history: who was primary, and what that primary wrote alone.</summary>
/// <param name="Generation">The generation.</param>
/// <param name="Primary">Site that was primary in it.</param>
/// <param name="AloneBytes">Bytes acknowledged without the other copies under it; 0 when never alone.</param>
public sealed record WanGeneration(ulong Generation, string Primary, ulong AloneBytes);

/// <summary>Identity, state and offer of one side; the payload of Hello and Welcome.</summary>
/// <remarks>
/// <b>Shape</b>: tagged fields, unknown tags are skipped. <b>Errors</b>: <see cref="Read"/> throws
/// <see cref="WanProtocolException"/> for a wrong major version, a missing identity or a field over its limit.
/// </remarks>
public sealed record WanHello
{
    /// <summary>Major version of the sender.</summary>
    public ushort Major { get; init; } = WanLimits.Major;

    /// <summary>Minor version of the sender.</summary>
    public ushort Minor { get; init; } = WanLimits.Minor;

    /// <summary>Optional abilities of the sender.</summary>
    public WanCapabilities Capabilities { get; init; } = WanCapabilities.All;

    /// <summary>What the connection is for.</summary>
    public WanPurpose Purpose { get; init; } = WanPurpose.Stream;

    /// <summary>Site of the sender.</summary>
    public required string Site { get; init; }

    /// <summary>The volume; the same id at every site.</summary>
    public required string Volume { get; init; }

    /// <summary>The protection the volume belongs to.</summary>
    public required string Protection { get; init; }

    /// <summary>Size of the volume at the sender.</summary>
    public required ulong SizeBytes { get; init; }

    /// <summary>Generation of the sender's copy.</summary>
    public required ulong Generation { get; init; }

    /// <summary>Role text of the sender's copy (primary, standby, fenced).</summary>
    public required string Role { get; init; }

    /// <summary>
    /// Number of the session, raised by the dialler for every connection of a volume: frames of a lower one are
    /// never applied after this hello.
    /// </summary>
    public ulong Session { get; init; }

    /// <summary>Payload bytes the sender is ready to hold un-applied.</summary>
    public ulong WindowBytes { get; init; } = WanLimits.WindowBytesDefault;

    /// <summary>After this silence the sender gives the peer up.</summary>
    public ulong PeerTimeoutMilliseconds { get; init; } = 3000;

    /// <summary>
    /// True when the sender's copy is an instant of its primary's image and not the middle of a catch-up.
    /// </summary>
    public bool Consistent { get; init; }

    /// <summary>True when the sender's copy never received a full copy.</summary>
    public bool Blank { get; init; }

    /// <summary>True when the sender's machine lost power and what was not flushed may be gone from its copy.</summary>
    public bool LostPower { get; init; }

    /// <summary>Earlier generations, oldest first.</summary>
    public IReadOnlyList<WanGeneration> History { get; init; } = [];

    /// <summary>Encodes the payload.</summary>
    public byte[] Write()
    {
        var fields = new WanFieldWriter();
        fields.Number(1, (ulong)(Major << 16 | Minor));
        fields.Number(2, (ulong)Capabilities);
        fields.Number(3, (ulong)Purpose);
        fields.Text(4, Site);
        fields.Text(5, Volume);
        fields.Text(6, Protection);
        fields.Number(7, SizeBytes);
        fields.Number(8, Generation);
        fields.Text(9, Role);
        fields.Number(10, Session);
        fields.Number(11, WindowBytes);
        fields.Number(12, PeerTimeoutMilliseconds);
        fields.Number(13, (Consistent ? 1ul : 0) | (Blank ? 2ul : 0) | (LostPower ? 4ul : 0));
        foreach (var entry in History.Skip(Math.Max(0, History.Count - WanLimits.HistoryMax)))
        {
            var site = System.Text.Encoding.UTF8.GetBytes(entry.Primary);
            var bytes = new byte[16 + site.Length];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, entry.Generation);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), entry.AloneBytes);
            site.CopyTo(bytes, 16);
            fields.Bytes(14, bytes);
        }

        return fields.ToArray();
    }

    /// <summary>Decodes a payload.</summary>
    /// <exception cref="WanProtocolException">The payload is not a hello of our major version.</exception>
    public static WanHello Read(ReadOnlySpan<byte> payload)
    {
        var hello = new WanHello
        {
            Site = "", Volume = "", Protection = "", Role = "", SizeBytes = 0, Generation = 0, Major = 0,
        };
        var history = new List<WanGeneration>();
        var reader = new WanFieldReader(payload);
        while (reader.Next())
        {
            if (reader.Tag == 14)
            {
                history.Add(ReadGeneration(reader.Value));
                continue;
            }

            hello = Apply(hello, reader);
        }

        if (hello.Major != WanLimits.Major)
        {
            throw new WanProtocolException(
                $"peer speaks major version {hello.Major}, this agent {WanLimits.Major}: upgrade the older agent first");
        }

        if (hello.Site.Length == 0 || hello.Volume.Length == 0 || hello.Role.Length == 0)
        {
            throw new WanProtocolException("a hello names site, volume and role");
        }

        return history.Count <= WanLimits.HistoryMax
            ? hello with { History = history }
            : throw new WanProtocolException($"a hello lists {history.Count} generations, limit {WanLimits.HistoryMax}");
    }

    private static WanHello Apply(WanHello hello, scoped in WanFieldReader field) => field.Tag switch
    {
        1 => hello with { Major = (ushort)(field.Number() >> 16), Minor = (ushort)field.Number() },
        2 => hello with { Capabilities = (WanCapabilities)field.Number() },
        3 => hello with { Purpose = ReadPurpose(field.Number()) },
        4 => hello with { Site = field.Text(WanLimits.IdentityBytesMax) },
        5 => hello with { Volume = field.Text(WanLimits.IdentityBytesMax) },
        6 => hello with { Protection = field.Text(WanLimits.IdentityBytesMax) },
        7 => hello with { SizeBytes = field.Number() },
        8 => hello with { Generation = field.Number() },
        9 => hello with { Role = field.Text(WanLimits.IdentityBytesMax) },
        10 => hello with { Session = field.Number() },
        11 => hello with { WindowBytes = field.Number() },
        12 => hello with { PeerTimeoutMilliseconds = field.Number() },
        13 => hello with
        {
            Consistent = (field.Number() & 1) != 0,
            Blank = (field.Number() & 2) != 0,
            LostPower = (field.Number() & 4) != 0,
        },
        _ => hello,
    };

    private static WanPurpose ReadPurpose(ulong value) => value is 1 or 2
        ? (WanPurpose)value
        : throw new WanProtocolException($"connection purpose {value} is not known");

    private static WanGeneration ReadGeneration(ReadOnlySpan<byte> value)
    {
        if (value.Length is < 16 or > 16 + WanLimits.IdentityBytesMax)
        {
            throw new WanProtocolException($"a generation entry has {value.Length} bytes");
        }

        var site = System.Text.Encoding.UTF8.GetString(value[16..]);
        return new WanGeneration(
            BinaryPrimitives.ReadUInt64LittleEndian(value), site, BinaryPrimitives.ReadUInt64LittleEndian(value[8..]));
    }
}
