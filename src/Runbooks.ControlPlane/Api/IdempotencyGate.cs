using System.Security.Cryptography;
using System.Text;
using Dapper;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Api;

/// <summary>Marks an endpoint whose answer holds a secret: it is never stored for a repetition.</summary>
internal sealed record SecretAnswer;

/// <summary>A POST or DELETE with an Idempotency-Key is done once; its repetitions get the first answer.</summary>
/// <remarks>
/// The answer is stored after the handler's own transaction. A crash between the two runs the handler again, which is
/// harmless because every id it makes comes from the key (<see cref="Call.NewId"/>). Only answers below 500 are kept:
/// a fault may be gone the next time.
/// </remarks>
internal sealed class IdempotencyGate(RequestDelegate next, Database database)
{
    private const string Header = "Idempotency-Key";
    private const int KeyLengthMax = 200;

    public async Task InvokeAsync(HttpContext context, Call call)
    {
        var key = context.Request.Headers[Header].ToString();
        if (!(HttpMethods.IsPost(context.Request.Method) || HttpMethods.IsDelete(context.Request.Method))
            || !call.IsAuthenticated || key.Length == 0)
        {
            await next(context);
            return;
        }

        if (key.Length > KeyLengthMax || key.Any(c => c is < '!' or > '~'))
        {
            throw ApiRefusals.Field(
                Header, $"It has {key.Length} characters or some that are not printable ASCII.",
                $"Send 1 to {KeyLengthMax} printable characters, a UUID for example.");
        }

        call.Keyed(key);
        var principal = call.Caller.UserId;
        var fingerprint = await FingerprintAsync(context);
        if (await StoredAsync(principal, key, context.RequestAborted) is { } stored)
        {
            await ReplayAsync(context, stored, fingerprint);
            return;
        }

        if (context.GetEndpoint()?.Metadata.GetMetadata<SecretAnswer>() is not null)
        {
            await next(context);
            return;
        }

        await RunAndStoreAsync(context, principal, key, fingerprint);
    }

    private async Task RunAndStoreAsync(HttpContext context, string principal, string key, string fingerprint)
    {
        var body = context.Response.Body;
        using var buffer = new MemoryStream();
        context.Response.Body = buffer;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = body;
        }

        var answer = buffer.ToArray();
        if (context.Response.StatusCode < 500)
        {
            var headers = new Dictionary<string, string>();
            foreach (var name in new[] { "Location", "ETag", "Content-Type" })
            {
                if (context.Response.Headers[name].ToString() is { Length: > 0 } value)
                {
                    headers[name] = value;
                }
            }

            await database.WriteAsync(
                t => t.Connection!.ExecuteAsync(
                    """
                    insert into control.idempotency (principal, key, fingerprint, status, headers, body)
                    values (@principal, @key, @fingerprint, @status, @headers::jsonb, @answer) on conflict do nothing
                    """,
                    new
                    {
                        principal, key, fingerprint, answer, status = context.Response.StatusCode,
                        headers = ApiJson.Write(headers),
                    },
                    t));
        }

        await body.WriteAsync(answer, CancellationToken.None);
    }

    private Task<Stored?> StoredAsync(string principal, string key, CancellationToken cancel) => database.ReadAsync(
        c => c.QuerySingleOrDefaultAsync<Stored>(
            """
            select fingerprint, status, headers::text as headers, body
            from control.idempotency where principal = @principal and key = @key
            """,
            new { principal, key }),
        cancel);

    private static async Task ReplayAsync(HttpContext context, Stored stored, string fingerprint)
    {
        if (stored.Fingerprint != fingerprint)
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.KeyReused, "The Idempotency-Key was used for another request.",
                "The same key came with another address or body before.", "Use a fresh key for each new request.", Header);
        }

        context.Response.StatusCode = stored.Status;
        foreach (var (name, value) in ApiJson.Read<Dictionary<string, string>>(stored.Headers))
        {
            context.Response.Headers[name] = value;
        }

        context.Response.Headers["Idempotency-Replayed"] = "true";
        await context.Response.Body.WriteAsync(stored.Body, CancellationToken.None);
    }

    private static async Task<string> FingerprintAsync(HttpContext context)
    {
        context.Request.EnableBuffering();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(
            $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}\n"));
        var block = new byte[16 * 1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(block, context.RequestAborted)) > 0)
        {
            hash.AppendData(block, 0, read);
        }

        context.Request.Body.Position = 0;
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed record Stored(string Fingerprint, int Status, string Headers, byte[] Body);
}
