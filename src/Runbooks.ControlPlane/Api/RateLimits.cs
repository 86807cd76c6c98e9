using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Runbooks.Domain.Errors;

namespace Runbooks.ControlPlane.Api;

/// <summary>How often one address may try; stricter where secrets are guessed or decisions are made.</summary>
internal static class RateLimits
{
    public const string Enrol = "enrol";
    public const string SignIn = "sign-in";

    public static void Configure(RateLimiterOptions options)
    {
        options.AddPolicy(Enrol, context => PerAddress(context, permits: 20));
        options.AddPolicy(SignIn, context => PerAddress(context, permits: 20));
        options.OnRejected = static async (rejected, _) =>
        {
            rejected.HttpContext.Response.Headers.RetryAfter = "60";
            await Problem.Of(
                new Refusal(
                    ApiRefusalCodes.TooManyRequests, "Too many attempts.", "This address tried more than 20 times in a minute.",
                    "Wait a minute, then try once with the right secret."),
                rejected.HttpContext).WriteAsync(rejected.HttpContext);
        };
    }

    private static RateLimitPartition<string> PerAddress(HttpContext context, int permits) =>
        RateLimitPartition.GetFixedWindowLimiter(
            context.Connection.RemoteIpAddress?.ToString() ?? "local",
            _ => new FixedWindowRateLimiterOptions { PermitLimit = permits, Window = TimeSpan.FromMinutes(1) });
}
