using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.Audit;
using Runbooks.Audit.Bundle;
using Runbooks.ControlPlane.Recording;
using Runbooks.ControlPlane.Security;

namespace Runbooks.ControlPlane.Api;

public sealed record AuditView(long Sequence, string Hash, JsonNode Record);

/// <param name="Failure">The name of the failure, kebab-case; absent when verified.</param>
public sealed record AuditVerificationView(
    bool Verified, long Records, string HeadHash, long SignedThrough, int HeadsVerified, string? Failure, long? Sequence,
    string? Message);

public sealed record AuditHeadView(long Sequence, string Hash, string At, string KeyId, string Statement, string Signature);

/// <summary>The audit chain: search, verify, take away.</summary>
internal static class AuditApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var audit = api.MapGroup("/audit").WithTags("audit");
        audit.MapGet("", SearchAsync).Allow(Access.Read, "searchAudit", "Records, newest first unless order=asc.");
        audit.MapPost("/verify", VerifyAsync).Allow(Access.Read, "verifyAudit", "Verify the whole chain and every signed head.");
        audit.MapGet("/head", HeadAsync).Allow(Access.Read, "getAuditHead", "The newest signed head.");
        audit.MapGet("/export", ExportAsync).Produces<byte[]>(200, "application/x-tar")
            .Allow(Access.ExportAudit, "exportAudit", "One bundle that verifies with sha256sum and openssl alone.");
    }

    private static async Task<Ok<Page<AuditView>>> SearchAsync(
        AuditReader reader, string? cursor, int? limit, string? run, string? kind, string? subject, string? actor, string? site,
        string? group, string? order, CancellationToken cancel)
    {
        var count = Cursor.Limit(limit);
        var after = Cursor.Read(cursor) is { } key
            ? long.TryParse(key, out var sequence) ? sequence : throw ApiRefusals.Field("cursor", "It is not of this list.", "Use next as it is.")
            : 0;
        if (order is not (null or "asc" or "desc"))
        {
            throw ApiRefusals.Field("order", $"'{order}' is not asc or desc.", "Use one of the two.");
        }

        var found = await reader.FindAsync(
            new AuditQuery(after, count + 1, run, kind, subject, actor, site, group, order != "asc"), cancel);
        return TypedResults.Ok(Cursor.Cut(
            [.. found.Select(e => new AuditView(e.Sequence, e.Hash, JsonNode.Parse(e.Record)!))], count,
            v => v.Sequence.ToString()));
    }

    private static async Task<Ok<AuditVerificationView>> VerifyAsync(AuditOffice office, CancellationToken cancel)
    {
        var result = await office.VerifyAsync(cancel);
        return TypedResults.Ok(new AuditVerificationView(
            result.Verified, result.Records, result.HeadHash, result.SignedThrough, result.HeadsVerified,
            result.Failure?.Name, result.Failure?.Sequence, result.Failure?.Message));
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
