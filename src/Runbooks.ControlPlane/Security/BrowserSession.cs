using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Runbooks.ControlPlane.Security;

/// <summary>The secret of a browser's session, the cookie that carries it, and the antiforgery value bound to
/// it.</summary>
/// <remarks>
/// The antiforgery value is a function of the secret: another site can neither read the cookie nor compute it, nothing
/// more is stored, and every control plane of the installation agrees on it. Over TLS the cookie's name begins with
/// <c>__Host-</c>, which browsers accept only with Secure, without a Domain and with path /: no other host sets it.
/// </remarks>
public static class BrowserSession
{
    public const string Prefix = "rbs_";
    public const string LinkPrefix = "rbl_";

    /// <summary>Scripts send it; a form without script sends the field <see cref="Field"/>.</summary>
    public const string Header = "X-Runbooks-Antiforgery";

    public const string Field = "antiforgery";
    private const string CookieOverTls = "__Host-runbooks";
    private const string CookieInPlain = "runbooks";
    private static readonly byte[] Purpose = "runbooks antiforgery v1"u8.ToArray();

    public static string CookieName(HttpContext context) => context.Request.IsHttps ? CookieOverTls : CookieInPlain;

    public static string? Read(HttpContext context) => context.Request.Cookies[CookieName(context)];

    public static void Write(HttpContext context, string secret, DateTime expiresAt) => context.Response.Cookies.Append(
        CookieName(context), secret, Options(context, expiresAt));

    public static void Remove(HttpContext context) =>
        context.Response.Cookies.Delete(CookieName(context), Options(context, null));

    public static string Antiforgery(string secret) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Purpose));

    public static bool IsAntiforgeryOf(string secret, string? sent) => sent is not null
        && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(Antiforgery(secret)), Encoding.UTF8.GetBytes(sent));

    private static CookieOptions Options(HttpContext context, DateTime? expiresAt) => new()
    {
        HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/",
            IsEssential = true,
        Expires = expiresAt,
    };
}
