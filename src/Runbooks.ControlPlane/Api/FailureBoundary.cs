using System.Text.Json;
using Npgsql;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Errors;

namespace Runbooks.ControlPlane.Api;

/// <summary>The declared boundary of HTTP: every exception becomes a problem document here and nowhere else.</summary>
internal sealed class FailureBoundary(RequestDelegate next, ILogger<FailureBoundary> log)
{
    private const int RetryAfterSeconds = 3;

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            await ExplainBareStatusAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client left; there is nobody to answer.
        }
        catch (Exception failure)
        {
            if (context.Response.HasStarted)
            {
                log.LogError(failure, "A response failed after it had begun: {Path}", context.Request.Path);
                context.Abort();
                return;
            }

            await Translate(failure, context).WriteAsync(context);
        }
    }

    private Problem Translate(Exception failure, HttpContext context) => failure switch
    {
        RefusalException refused => Problem.Of(refused.Refusal, context),
        BadHttpRequestException bad => OfBadRequest(bad, context),
        CommitOutcomeUnknownException unknown => Unavailable(
            context, unknown, "RB-FAULT-COMMIT-UNKNOWN", "Whether the change was stored is not known.",
            "Repeat the request with the same Idempotency-Key: it will not be done twice."),
        Fault fault => Unavailable(
            context, fault, $"RB-FAULT-{Domain.Text.KebabCase.Of(fault.Side).ToUpperInvariant()}",
            $"The {Domain.Text.KebabCase.Of(fault.Side)} failed at {fault.Stage}.",
            "Repeat the request; if it goes on, look at the control plane's state page.",
            fault.RetryAfter),
        PostgresException { SqlState: var state } sql when !IsUnavailable(state) => Bug(sql, context),
        NpgsqlException or TimeoutException => Unavailable(
            context, failure, "RB-FAULT-DATABASE", "The control plane's database does not answer.",
            "Repeat the request in a few seconds; running replication is not affected."),
        _ => Bug(failure, context),
    };

    private Problem Unavailable(
        HttpContext context, Exception failure, string code, string title, string correction, TimeSpan? retryAfter = null)
    {
        log.LogWarning(failure, "{Code} at {Path}", code, context.Request.Path);
        var seconds = (int)Math.Ceiling((retryAfter ?? TimeSpan.FromSeconds(RetryAfterSeconds)).TotalSeconds);
        context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Problem.OfFault(code, StatusCodes.Status503ServiceUnavailable, title, failure.Message, correction, context);
    }

    private Problem Bug(Exception failure, HttpContext context)
    {
        log.LogError(failure, "A request failed by a fault of ours: {Method} {Path}", context.Request.Method, context.Request.Path);
        return Problem.OfFault(
            "RB-BUG-001", StatusCodes.Status500InternalServerError, "The control plane failed by a fault of its own.",
            $"{failure.GetType().Name}; the log has it under the trace id.",
            "Report it with the trace id. Nothing was half-done: changes are transactions.", context);
    }

    // 57P01-03: shutdown or start-up; 25006: a node that is not writable yet; 53: out of something; 08: connection.
    private static bool IsUnavailable(string state) =>
        state.StartsWith("57P0", StringComparison.Ordinal) || state is "25006" or "57014"
        || state.StartsWith("53", StringComparison.Ordinal) || state.StartsWith("08", StringComparison.Ordinal)
        || state.StartsWith("58", StringComparison.Ordinal);

    private static Problem OfBadRequest(BadHttpRequestException bad, HttpContext context)
    {
        if (bad.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return Problem.Of(new Refusal(
                ApiRefusalCodes.TooLarge, "The request is too large.", "The body is over this endpoint's limit.",
                "Send less, or split it."), context);
        }

        if (bad.StatusCode == StatusCodes.Status415UnsupportedMediaType)
        {
            return Problem.Of(new Refusal(
                ApiRefusalCodes.MediaType, "The body's media type is not accepted.", bad.Message,
                "Send Content-Type: application/json."), context);
        }

        var json = bad.InnerException as JsonException;
        return Problem.Of(
            new Refusal(
                ApiRefusalCodes.Unreadable, "The request cannot be read.",
                json is null ? bad.Message : JsonCause(json),
                "Compare it with the schema of this operation at /openapi/v1.json.")
            { Field = FieldOf(json) },
            context);
    }

    // The reader's own words name our types, which say nothing to a caller.
    private static string JsonCause(JsonException json)
    {
        const string missing = "was missing required properties including: ";
        const string unknown = "The JSON property '";
        var message = json.Message.Split(" Path:")[0];
        if (message.IndexOf(missing, StringComparison.Ordinal) is >= 0 and var at)
        {
            return $"Required and absent: {message[(at + missing.Length)..].TrimEnd('.')}.";
        }

        return message.StartsWith(unknown, StringComparison.Ordinal)
            ? $"The key {message.Split('\'')[1]} is not known here."
            : message;
    }

    private static string? FieldOf(JsonException? json) =>
        json?.Path is { Length: > 2 } path ? path.TrimStart('$').TrimStart('.') : null;

    private static Task ExplainBareStatusAsync(HttpContext context)
    {
        if (context.Response.HasStarted || context.Response.ContentLength > 0 || context.Response.ContentType is not null)
        {
            return Task.CompletedTask;
        }

        Refusal? refusal = context.Response.StatusCode switch
        {
            404 => new Refusal(ApiRefusalCodes.NotFound, "There is nothing at this address.",
                $"{context.Request.Path} is not an address of this service.", "See /openapi/v1.json for the addresses."),
            405 => new Refusal(ApiRefusalCodes.MethodNotAllowed, "The method is not allowed here.",
                $"{context.Request.Path} does not take {context.Request.Method}.", "See /openapi/v1.json for the methods."),
            413 => new Refusal(
                ApiRefusalCodes.TooLarge, "The request is too large.", "The body is over this endpoint's limit.",
                "Send less, or split it."),
            415 => new Refusal(ApiRefusalCodes.MediaType, "The body's media type is not accepted.",
                $"Content-Type is {context.Request.ContentType ?? "absent"}.", "Send Content-Type: application/json."),
            _ => null,
        };
        return refusal is null ? Task.CompletedTask : Problem.Of(refusal, context).WriteAsync(context);
    }
}
