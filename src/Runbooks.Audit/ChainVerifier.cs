using System.Security.Cryptography;
using System.Text.Json;

namespace Runbooks.Audit;

/// <summary>
/// Verifies a chain from its records, its signed heads and the public keys alone. Knows no database, clock or file.
/// </summary>
/// <remarks>
/// What each tampering looks like from here, which is what names it:
/// <code>
///   stored      1 2 3 4 5
///   delete 3    1 2 4 5      4 stands where 3 belongs, and 3 is nowhere       record-missing 3
///   reorder     1 2 4 3 5    4 stands where 3 belongs, and 3 comes later      record-reordered 4
///   edit 3      1 2 3'4 5    3' stands in its place, and its hash is wrong    record-altered 3
///   truncate    1 2 3        all agree, but a signed head speaks of 5         chain-truncated 4
///   rewrite     1 2 3'4'5'   all agree, but a signed head of 5 says otherwise chain-rewritten 1
/// </code>
/// An end that no signed head covers can be cut without trace, hence one head a minute, one at each run's end, and
/// copies of the heads outside the database. The order of the checks matters only for the name, never for the verdict.
/// </remarks>
public sealed class ChainVerifier
{
    private readonly IReadOnlyDictionary<string, ECDsa> _keys;
    private readonly SignedHead[] _heads;

    /// <param name="heads">Signed heads from anywhere: the database, the head file, agents. Order is free.</param>
    /// <param name="keys">Public keys by key id.</param>
    public ChainVerifier(IEnumerable<SignedHead> heads, IReadOnlyDictionary<string, ECDsa> keys)
    {
        _heads = [.. heads.OrderBy(h => h.Sequence)];
        _keys = keys;
    }

    public ChainVerification Verify(
        IEnumerable<ChainEntry> entries, long first = 1, string? hashBeforeFirst = null)
    {
        if (UnverifiableHead() is { } unsigned)
        {
            return new ChainVerification(0, hashBeforeFirst ?? AuditChain.Genesis, 0, 0, unsigned);
        }

        var hash = hashBeforeFirst ?? AuditChain.Genesis;
        var expected = first;
        var covered = 0;
        var signedThrough = 0L;
        using var remaining = entries.GetEnumerator();
        while (remaining.MoveNext())
        {
            var failure = Check(remaining.Current, expected, hash, out var next)
                ?? Misplaced(remaining.Current, expected, remaining);
            if (failure is not null)
            {
                return new ChainVerification(expected - first, hash, signedThrough, covered, failure);
            }

            hash = next;
            for (; covered < _heads.Length && _heads[covered].Sequence <= expected; covered++)
            {
                if (_heads[covered].Sequence == expected && _heads[covered].Hash != hash)
                {
                    var rewritten = new ChainFailure(ChainFailureKind.ChainRewritten, signedThrough + 1,
                        $"The signed head of record {expected} ({_heads[covered].At}) has another hash: the chain was "
                        + $"rewritten somewhere between records {signedThrough + 1} and {expected}.");
                    return new ChainVerification(expected - first, hash, signedThrough, covered, rewritten);
                }

                signedThrough = Math.Max(signedThrough, _heads[covered].Sequence);
            }

            expected++;
        }

        return new ChainVerification(expected - first, hash, signedThrough, covered, Truncated(expected, covered));
    }

    private ChainFailure? UnverifiableHead()
    {
        foreach (var head in _heads)
        {
            if (!_keys.TryGetValue(head.KeyId, out var key))
            {
                return new ChainFailure(ChainFailureKind.SignatureInvalid, head.Sequence,
                    $"The head of record {head.Sequence} is signed with key {head.KeyId}, which is not among the keys.");
            }

            if (!head.VerifiesWith(key))
            {
                return new ChainFailure(ChainFailureKind.SignatureInvalid, head.Sequence,
                    $"The signature of the head of record {head.Sequence} does not verify with key {head.KeyId}.");
            }
        }

        return null;
    }

    private ChainFailure? Truncated(long expected, int covered) => covered == _heads.Length
        ? null
        : new ChainFailure(ChainFailureKind.ChainTruncated, expected,
            $"The chain ends at record {expected - 1}, but a head of record {_heads[^1].Sequence} was signed at "
            + $"{_heads[^1].At}: records {expected} to {_heads[^1].Sequence} are gone.");

    /// <summary>
    /// Null when the entry is right or when it is out of place; the caller then names the misplacement.
    /// </summary>
    private static ChainFailure? Check(ChainEntry entry, long expected, string previous, out string next)
    {
        next = AuditChain.Next(previous, entry.Record);
        if (StatedSequence(entry.Record) is not { } stated)
        {
            return new ChainFailure(ChainFailureKind.RecordUnreadable, expected,
                $"What stands at record {expected} is not an audit record.");
        }

        return stated == expected && next != entry.Hash
            ? new ChainFailure(ChainFailureKind.RecordAltered, expected,
                $"Record {expected} or its hash was changed: the hash of its text is {next}, {entry.Hash} is stored.")
            : null;
    }

    private static ChainFailure? Misplaced(ChainEntry entry, long expected, IEnumerator<ChainEntry> rest)
    {
        var stated = StatedSequence(entry.Record)!.Value;
        if (stated == expected)
        {
            return null;
        }

        if (stated < expected)
        {
            return new ChainFailure(ChainFailureKind.RecordReordered, stated,
                $"Record {stated} stands again where record {expected} belongs.");
        }

        while (rest.MoveNext())
        {
            if (StatedSequence(rest.Current.Record) == expected)
            {
                return new ChainFailure(ChainFailureKind.RecordReordered, stated,
                    $"Record {stated} stands where record {expected} belongs, and record {expected} comes later.");
            }
        }

        return new ChainFailure(ChainFailureKind.RecordMissing, expected, stated == expected + 1
            ? $"Record {expected} is missing: record {stated} stands in its place."
            : $"Records {expected} to {stated - 1} are missing: record {stated} stands in their place.");
    }

    private static long? StatedSequence(string record)
    {
        try
        {
            using var document = JsonDocument.Parse(record);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("sequence", out var sequence)
                && sequence.TryGetInt64(out var number)
                ? number
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
