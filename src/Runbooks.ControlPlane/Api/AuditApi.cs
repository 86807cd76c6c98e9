using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.Audit;
using Runbooks.Audit.Bundle;
using Runbooks.ControlPlane.Agents;
using Runbooks.ControlPlane.Recording;
using Runbooks.ControlPlane.Security;

namespace Runbooks.ControlPlane.Api;

public sealed record AuditView(long Sequence, string Hash, JsonNode Record)
{
    /// <summary>The record's very bytes as they were hashed; with raw=true, for verifying in the browser.</summary>
    public string? Text { get; init; }
}

/// <param name="Failure">The name of the failure, kebab-case; absent when verified.</param>
/// <param name="Anchors">What the sites keep of the signed heads, and whether the chain agrees with it.</param>
public sealed record AuditVerificationView(
    bool Verified, long Records, string HeadHash, long SignedThrough, int HeadsVerified, string? Failure, long? Sequence,
    string? Message, IReadOnlyList<AnchorView> Anchors);

/// <param name="Signature">DER, base64: the form of openssl.</param>
/// <param name="RawSignature">r and s of 32 bytes each, base64: the form of WebCrypto.</param>
public sealed record AuditSignedHeadView(
    long Sequence, string Hash, string At, string KeyId, string Statement, string Signature, string RawSignature);

public sealed record AuditKeyView(string KeyId, string PublicKeyPem);

public sealed record AuditHeadView(long Sequence, string Hash, string At, string KeyId, string Statement, string Signature);

/// <summary>The audit chain: search, verify, take away.</summary>
internal static class AuditApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var audit = api.MapGroup("/audit").WithTags("audit");
        audit.MapGet("", SearchAsync).Allow(
            Access.Read, "searchAudit",
            "Records, newest first unless order=asc. A search for text (q) looks at 100,000 records at a time: the "
                + "page may be short or empty, and next goes on from there.");
        audit.MapPost("/verify", VerifyAsync).Allow(Access.Read, "verifyAudit", "Verify the whole chain and every signed head.");
        audit.MapGet("/{sequence:long}", GetAsync).Allow(
            Access.Read, "getAuditRecord", "One record in full, with its bytes.");
        audit.MapGet("/heads", HeadsAsync).Allow(
            Access.Read, "listAuditHeads", "Signed heads, newest first; they sign the chain up to their sequence.");
        audit.MapGet("/keys", KeysAsync).Allow(Access.Read, "listAuditKeys", "Public keys of the signatures.");
        audit.MapGet("/head", HeadAsync).Allow(Access.Read, "getAuditHead", "The newest signed head.");
        audit.MapGet("/export", ExportAsync).Produces<byte[]>(200, "application/x-tar")
            .Allow(Access.ExportAudit, "exportAudit", "One bundle that verifies with sha256sum and openssl alone.");
    }

    private static async Task<Ok<Page<AuditView>>> SearchAsync(
        AuditReader reader, string? cursor, int? limit, string? run, string? kind, string? subject, string? actor, string? site,
        string? group, string? order, string? q, string? outcome, DateTime? from, DateTime? to, bool raw = false,
        CancellationToken cancel = default)
    {
        var count = Cursor.Limit(limit);
        var after = Cursor.Read(cursor) is { } key
            ? long.TryParse(key, out var sequence) ? sequence : throw ApiRefusals.Field("cursor", "It is not of this list.", "Use next as it is.")
            : 0;
        if (order is not (null or "asc" or "desc"))
        {
            throw ApiRefusals.Field("order", $"'{order}' is not asc or desc.", "Use one of the two.");
        }

        var (found, goOn) = await reader.LookAsync(
            new AuditQuery(after, count + 1, run, kind, subject, actor, site, group, order != "asc")
            {
                Text = q, Outcome = outcome, From = from?.ToUniversalTime(), To = to?.ToUniversalTime(),
            },
            cancel);
        var page = Cursor.Cut([.. found.Select(e => View(e, raw))], count, v => v.Sequence.ToString());
        return TypedResults.Ok(goOn is { } end ? page with { Next = Cursor.Of($"{end}") } : page);
    }

    private static AuditView View(ChainEntry entry, bool raw) =>
        new(entry.Sequence, entry.Hash, JsonNode.Parse(entry.Record)!)
    {
        Text = raw ? entry.Record : null,
    };

    private static async Task<Ok<AuditView>> GetAsync(long sequence, AuditReader reader, CancellationToken cancel) =>
        await reader.FindAsync(new AuditQuery(sequence - 1, 1), cancel) is [var found, ..] && found.Sequence == sequence
            ? TypedResults.Ok(View(found, raw: true))
            : throw ApiRefusals.NotFound("audit record", $"{sequence}");

    private static async Task<Ok<Page<AuditSignedHeadView>>> HeadsAsync(
        AuditReader reader, int? limit, CancellationToken cancel)
    {
        var heads = await reader.SignedHeadsAsync(cancel);
        return TypedResults.Ok(new Page<AuditSignedHeadView>(
            [.. heads.Reverse().Take(Cursor.Limit(limit)).Select(h => new AuditSignedHeadView(
                h.Sequence, h.Hash, h.At, h.KeyId, h.Statement, Convert.ToBase64String(h.Signature),
                Convert.ToBase64String(Raw(h.Signature))))],
            null) { Total = heads.Count });
    }

    private static async Task<Ok<Page<AuditKeyView>>> KeysAsync(AuditReader reader, CancellationToken cancel) =>
        TypedResults.Ok(new Page<AuditKeyView>(
            [.. (await reader.PublicKeysAsync(cancel)).Select(k => new AuditKeyView(k.Key, k.Value))], null));

    /// <summary>DER's two integers as fixed 32 bytes each; P-256 has no others.</summary>
    private static byte[] Raw(byte[] der)
    {
        var pair = new System.Formats.Asn1.AsnReader(der, System.Formats.Asn1.AsnEncodingRules.DER).ReadSequence();
        var raw = new byte[64];
        for (var i = 0; i < 2; i++)
        {
            var number = pair.ReadInteger().ToByteArray(isUnsigned: true, isBigEndian: true);
            number.CopyTo(raw, (i + 1) * 32 - number.Length);
        }

        return raw;
    }

    private static async Task<Ok<AuditVerificationView>> VerifyAsync(
        AuditOffice office, AnchorDesk anchors, SiteBoard board, CancellationToken cancel)
    {
        var result = await office.VerifyAsync(cancel);
        var sites = await anchors.CompareAsync(await board.AllAsync(cancel), cancel);
        var other = result.Verified ? sites.FirstOrDefault(s => !s.Agrees) : null;
        return TypedResults.Ok(new AuditVerificationView(
            result.Verified && other is null, result.Records, result.HeadHash, result.SignedThrough,
                result.HeadsVerified,
            result.Failure?.Name ?? (other is null ? null : "anchor-contradicted"),
                result.Failure?.Sequence ?? other?.Sequence,
            result.Failure?.Message ?? (other is null ? null : $"Site {other.Site}: {other.Detail}."), sites));
    }

    private static async Task<Ok<AuditHeadView>> HeadAsync(AuditOffice office, CancellationToken cancel)
    {
        var head = await office.SignHeadAsync(cancel) ?? throw ApiRefusals.NotFound("audit head", "yet");
        return TypedResults.Ok(new AuditHeadView(
            head.Sequence, head.Hash, head.At, head.KeyId, head.Statement, Convert.ToBase64String(head.Signature)));
    }

    private static async Task<FileContentHttpResult> ExportAsync(
        AuditOffice office, Call call, Storage.ChangeWriter changes, CancellationToken cancel)
    {
        await changes.CommitAsync(
            change =>
            {
                change.Record(call.Audit("audit.exported", "audit", "chain"));
                return Task.CompletedTask;
            },
            cancel: cancel);
        var bundle = await office.ExportAsync(cancel);
        using var stream = new MemoryStream();
        bundle.Write(stream);
        return TypedResults.File(stream.ToArray(), "application/x-tar", "runbooks-audit.tar");
    }
}
