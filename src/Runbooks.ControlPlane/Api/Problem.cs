using System.Diagnostics;
using Runbooks.Domain.Errors;

namespace Runbooks.ControlPlane.Api;

/// <summary>RFC 9457, with what a person needs to go on: the cause, the correction, and the field at fault.</summary>
public sealed record Problem(string Type, string Title, int Status, string Code, string Cause, string Correction, string TraceId)
{
    public string? Field { get; init; }

    public IReadOnlyDictionary<string, string>? Details { get; init; }

    /// <summary>RFC 9457 "detail": the same three sentences for clients that know only the standard's members.</summary>
    public string Detail => $"{Cause} {Correction}";

    public static Problem Of(Refusal refusal, HttpContext context) => new(
        TypeOf(refusal.Code), refusal.Message, ApiRefusalCodes.StatusOf(refusal.Code), refusal.Code, refusal.Cause,
        refusal.Correction, TraceOf(context))
    {
        Field = refusal.Field,
        Details = refusal.Details.Count == 0 ? null : refusal.Details,
    };

    public static Problem OfFault(string code, int status, string title, string cause, string correction, HttpContext context) =>
        new(TypeOf(code), title, status, code, cause, correction, TraceOf(context));

    public async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        await context.Response.WriteAsJsonAsync(this, ApiJson.Options, "application/problem+json", CancellationToken.None);
    }

    private static string TypeOf(string code) => $"urn:runbooks:problem:{code}";

    private static string TraceOf(HttpContext context) => Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;
}
