using Runbooks.Audit;

namespace Runbooks.Tests.Unit.Audit;

public sealed class ChainVerifierTests : IDisposable
{
    private readonly ChainFixture _chain = new();

    public void Dispose() => _chain.Dispose();

    [Fact]
    public void Chain_Untouched_VerifiesThroughItsSignedHead()
    {
        var verified = _chain.Verify();
        Assert.True(verified.Verified, verified.Failure?.Message);
        Assert.Equal(5, verified.Records);
        Assert.Equal(5, verified.SignedThrough);
    }

    [Fact]
    public void Chain_RecordDeleted_NamesTheMissingRecord()
    {
        _chain.Entries.RemoveAt(2);
        Expect(ChainFailureKind.RecordMissing, "record-missing", 3);
    }

    [Fact]
    public void Chain_FirstRecordDeleted_NamesTheMissingRecord()
    {
        _chain.Entries.RemoveAt(0);
        Expect(ChainFailureKind.RecordMissing, "record-missing", 1);
    }

    [Fact]
    public void Chain_TwoRecordsSwapped_NamesTheOneOutOfPlace()
    {
        (_chain.Entries[2], _chain.Entries[3]) = (_chain.Entries[3], _chain.Entries[2]);
        Expect(ChainFailureKind.RecordReordered, "record-reordered", 4);
    }

    [Theory]
    [InlineData("\"operator\"", "\"viewer\"")]
    [InlineData("12:00:03", "11:00:03")]
    [InlineData("usr_ada", "usr_bob")]
    public void Chain_RecordEdited_NamesTheEditedRecord(string before, string after)
    {
        var entry = _chain.Entries[2];
        Assert.Contains(before, entry.Record, StringComparison.Ordinal);
        _chain.Entries[2] = entry with { Record = entry.Record.Replace(before, after, StringComparison.Ordinal) };
        Expect(ChainFailureKind.RecordAltered, "record-altered", 3);
    }

    [Fact]
    public void Chain_LastRecordsCut_NamesTheFirstLostRecord()
    {
        _chain.Entries.RemoveRange(3, 2);
        Expect(ChainFailureKind.ChainTruncated, "chain-truncated", 4);
    }

    [Fact]
    public void Chain_RewrittenWithRightHashes_ContradictsTheSignedHead()
    {
        var hash = AuditChain.Genesis;
        for (var i = 0; i < _chain.Entries.Count; i++)
        {
            var record = _chain.Entries[i].Record.Replace("usr_ada", "usr_bob", StringComparison.Ordinal);
            hash = AuditChain.Next(hash, record);
            _chain.Entries[i] = new ChainEntry(i + 1, record, hash);
        }

        Expect(ChainFailureKind.ChainRewritten, "chain-rewritten", 1);
    }

    [Fact]
    public void Chain_HeadSignedByAStranger_IsRefused()
    {
        using var stranger = new ChainFixture();
        _chain.Heads.Add(stranger.Heads[0]);
        Expect(ChainFailureKind.SignatureInvalid, "signature-invalid", 5);
    }

    [Fact]
    public void Chain_SignedStatementEdited_IsRefused()
    {
        var head = _chain.Heads[0];
        _chain.Heads[0] = head with { Statement = head.Statement.Replace(":5", ":4", StringComparison.Ordinal) };
        Assert.Equal(ChainFailureKind.SignatureInvalid, _chain.Verify().Failure!.Kind);
    }

    [Fact]
    public void Chain_LineIsNotARecord_IsNamed()
    {
        _chain.Entries[1] = _chain.Entries[1] with { Record = "{}" };
        Expect(ChainFailureKind.RecordUnreadable, "record-unreadable", 2);
    }

    [Fact]
    public void Chain_EverySingleByteChange_IsFound()
    {
        var random = new Random(4711);
        var original = _chain.Entries.ToArray();
        for (var trial = 0; trial < 200; trial++)
        {
            var at = random.Next(original.Length);
            var text = original[at].Record.ToCharArray();
            text[random.Next(text.Length)] ^= (char)(1 + random.Next(3));
            _chain.Entries[at] = original[at] with { Record = new string(text) };
            Assert.False(_chain.Verify().Verified);
            _chain.Entries[at] = original[at];
        }
    }

    private void Expect(ChainFailureKind kind, string name, long sequence)
    {
        var failure = _chain.Verify().Failure;
        Assert.NotNull(failure);
        Assert.Equal((kind, name, sequence), (failure.Kind, failure.Name, failure.Sequence));
        Assert.Contains(sequence.ToString(), failure.Message, StringComparison.Ordinal);
    }
}
