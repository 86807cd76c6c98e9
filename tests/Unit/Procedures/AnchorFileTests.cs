using System.Security.Cryptography;
using Runbooks.Audit;
using Runbooks.Domain.Agents;
using Runbooks.SiteAgent.Enrolment;

namespace Runbooks.Tests.Unit.Procedures;

/// <summary>A site's memory of the audit chain: whoever rewrites the chain meets it here.</summary>
public sealed class AnchorFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rb-anchors-").FullName;
    private readonly HeadSigner signer = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Head_TakenTwice_IsKeptOnceAndAlsoAfterARestart()
    {
        var file = new AnchorFile(folder);
        Assert.True(file.Take(Head(5, 'a')));
        Assert.True(file.Take(Head(9, 'b')));
        Assert.True(file.Take(Head(5, 'a')));
        var again = new AnchorFile(folder).Status;
        Assert.Equal(new AnchorStatus(9, new string('b', 64), 2, string.Empty), again);
        Assert.Equal(2, new HeadFile(Path.Combine(folder, "audit-anchors.jsonl")).Read().Count);
    }

    [Fact]
    public void Head_OfAKeptRecordWithAnotherHash_IsRefusedAndRemembered()
    {
        Assert.True(new AnchorFile(folder).Take(Head(5, 'a')));
        var file = new AnchorFile(folder);
        Assert.False(file.Take(Head(5, 'c')));
        Assert.Contains("rewritten", file.Status.Conflict, StringComparison.Ordinal);
        Assert.Equal(new string('a', 64), file.Status.Hash);
        Assert.Contains("rewritten", new AnchorFile(folder).Status.Conflict, StringComparison.Ordinal);
    }

    [Fact]
    public void Head_WhoseLineSaysOtherwise_IsRefused()
    {
        var file = new AnchorFile(folder);
        Assert.False(file.Take(Head(5, 'a') with { Hash = new string('b', 64) }));
        Assert.Equal(0, file.Status.Heads);
    }

    [Fact]
    public void File_WithALineThatACrashCut_GoesOnWithoutIt()
    {
        Assert.True(new AnchorFile(folder).Take(Head(5, 'a')));
        File.AppendAllText(Path.Combine(folder, "audit-anchors.jsonl"), "{\"signature\":\"MEU");
        var file = new AnchorFile(folder);
        Assert.Equal(5, file.Status.Sequence);
        Assert.True(file.Take(Head(6, 'b')));
        Assert.Equal(6, new AnchorFile(folder).Status.Sequence);
    }

    private AuditAnchor Head(long sequence, char hash)
    {
        var signed = signer.Sign(new ChainHead("chain", sequence, new string(hash, 64)), DateTime.UnixEpoch);
        return new AuditAnchor(signed.Sequence, signed.Hash, signed.ToLine());
    }
}
