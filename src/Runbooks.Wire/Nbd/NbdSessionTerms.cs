namespace Runbooks.Wire.Nbd;

/// <summary>What a handshake agreed on; fixed for the rest of the connection.</summary>
/// <param name="Export">The chosen export; its flags include DF when structured replies were agreed.</param>
/// <param name="StructuredReplies">READ and errors are answered in chunks.</param>
/// <param name="BaseAllocation">BLOCK_STATUS is allowed and reports base:allocation as context <see
/// cref="BaseAllocationId"/>.</param>
public sealed record NbdSessionTerms(NbdExportFacts Export, bool StructuredReplies, bool BaseAllocation)
{
    /// <summary>The id under which base:allocation is reported.</summary>
    public const uint BaseAllocationId = 1;
}
