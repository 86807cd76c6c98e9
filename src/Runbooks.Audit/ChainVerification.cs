namespace Runbooks.Audit;

/// <summary>What is wrong with a chain. Text form is kebab-case and stable: scripts match on it.</summary>
public enum ChainFailureKind
{
    /// <summary>A record was taken out of the middle.</summary>
    RecordMissing,

    /// <summary>Records stand in another order than they were written in.</summary>
    RecordReordered,

    /// <summary>A record's text or its hash is not what was written.</summary>
    RecordAltered,

    /// <summary>Records at the end are gone although a signed head knows of them.</summary>
    ChainTruncated,

    /// <summary>
    /// The chain agrees with itself but not with a signed head: it was rewritten from some record on.
    /// </summary>
    ChainRewritten,

    /// <summary>A head's signature does not verify, or its key is unknown.</summary>
    SignatureInvalid,

    /// <summary>A line is not an audit record at all.</summary>
    RecordUnreadable,
}

/// <param name="Kind">The name of the failure.</param>
/// <param name="Sequence">The first record that is wrong or absent.</param>
/// <param name="Message">One sentence for the auditor.</param>
public sealed record ChainFailure(ChainFailureKind Kind, long Sequence, string Message)
{
    public string Name => Kind switch
    {
        ChainFailureKind.RecordMissing => "record-missing",
        ChainFailureKind.RecordReordered => "record-reordered",
        ChainFailureKind.RecordAltered => "record-altered",
        ChainFailureKind.ChainTruncated => "chain-truncated",
        ChainFailureKind.ChainRewritten => "chain-rewritten",
        ChainFailureKind.SignatureInvalid => "signature-invalid",
        _ => "record-unreadable",
    };
}

/// <param name="Records">How many records were read and agree, up to the failure if there is one.</param>
/// <param name="SignedThrough">The last record that a verified signature covers.</param>
/// <param name="HeadsVerified">How many signed heads were checked against the chain.</param>
/// <param name="Failure">Null exactly when the chain verifies.</param>
public sealed record ChainVerification(
    long Records, string HeadHash, long SignedThrough, int HeadsVerified, ChainFailure? Failure)
{
    public bool Verified => Failure is null;
}
