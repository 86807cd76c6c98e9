namespace Runbooks.Wire.Nbd;

/// <summary>What the handshake tells a client about one export.</summary>
/// <param name="Name">Canonical name.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Flags">Without <see cref="NbdTransmissionFlags.SendDf"/>, which depends on the session.</param>
/// <param name="Description">Text for people; may be empty.</param>
/// <param name="BlockSizeMin">Bytes, power of two.</param>
/// <param name="BlockSizePreferred">Bytes, power of two.</param>
public sealed record NbdExportFacts(
    string Name,
    ulong Length,
    NbdTransmissionFlags Flags,
    string Description = "",
    uint BlockSizeMin = 1,
    uint BlockSizePreferred = 4096);
