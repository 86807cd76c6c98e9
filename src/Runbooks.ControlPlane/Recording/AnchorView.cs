namespace Runbooks.ControlPlane.Recording;

/// <summary>What one site says of the chain that it was given heads of.</summary>
/// <param name="Agrees">Whether the chain here has that hash at that record, and the site has refused no head.</param>
/// <param name="Detail">Why it does not agree; empty when it does.</param>
public sealed record AnchorView(string Site, long Sequence, string Hash, long Heads, bool Agrees, string Detail);
