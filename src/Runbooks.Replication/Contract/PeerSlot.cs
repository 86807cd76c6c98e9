namespace Runbooks.Replication;

/// <summary>A peer as its place in <see cref="VolumeConfiguration.Peers"/>: 0 to 7.</summary>
/// <param name="Index">Place in the list.</param>
public readonly record struct PeerSlot(byte Index)
{
    /// <summary>More standbys than this are refused: a mask of peers is one byte, and seven standbys are three too many already.</summary>
    public const int CountMax = 8;

    /// <summary>This peer alone.</summary>
    public PeerMask Mask => new((byte)(1 << Index));

    /// <inheritdoc/>
    public override string ToString() => Index.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A set of peers, one bit each.</summary>
/// <param name="Bits">Bit n is peer n.</param>
public readonly record struct PeerMask(byte Bits)
{
    /// <summary>No peer.</summary>
    public static readonly PeerMask None;

    /// <summary>True for no peer.</summary>
    public bool IsEmpty => Bits == 0;

    /// <summary>The first <paramref name="count"/> peers.</summary>
    public static PeerMask First(int count) => new((byte)((1 << count) - 1));

    /// <summary>True when the peer is in the set.</summary>
    public bool Has(PeerSlot peer) => (Bits & (1 << peer.Index)) != 0;

    /// <summary>The set with the peer.</summary>
    public PeerMask With(PeerSlot peer) => new((byte)(Bits | (1 << peer.Index)));

    /// <summary>The set without the peer.</summary>
    public PeerMask Without(PeerSlot peer) => new((byte)(Bits & ~(1 << peer.Index)));

    /// <inheritdoc/>
    public override string ToString() => Convert.ToString(Bits, 2);
}
