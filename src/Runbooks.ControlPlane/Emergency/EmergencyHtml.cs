using System.Net;
using System.Text;
using Runbooks.ControlPlane.Security;

namespace Runbooks.ControlPlane.Emergency;

/// <summary>The frame of every emergency page: plain HTML that any browser shows, prints and submits without
/// script.</summary>
internal static class EmergencyHtml
{
    public const string Styles =
        """
        :root { color-scheme: light dark; font: 16px/1.45 system-ui, sans-serif; }
        html { background: Canvas; color: CanvasText; }
        body { max-width: 70rem; margin: 0 auto; padding: 1rem; }
        table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
        th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #8888; vertical-align: top; }
        .bad { border-left: .4rem solid #c92a2a; padding-left: .6rem; font-weight: 600; }
        .wait { border-left: .4rem solid #e8890c; padding-left: .6rem; }
        .good { border-left: .4rem solid #0c8599; padding-left: .6rem; }
        .real { border-top: 4px solid #c92a2a; padding-top: .5rem; }
        form { margin: .5rem 0 1rem; padding: .6rem; border: 1px solid #8888; border-radius: 6px; }
        nav form { display: inline; padding: 0; border: 0; }
        nav button { margin: 0 0 0 .5rem; padding: .1rem .6rem; }
        label { display: block; margin: .4rem 0; }
        input, textarea, select { font: inherit; min-width: 16rem; padding: .3rem; }
        button { font: inherit; padding: .4rem .9rem; margin-top: .4rem; }
        pre { padding: .6rem; border: 1px solid #8888; border-radius: 6px; overflow-x: auto; }
        .aside { float: right; width: 13rem; margin: 0 0 1rem 1.5rem; font-size: .85rem; overflow-wrap: anywhere; }
        .qr { width: 9rem; height: 9rem; display: block; }
        @media print { h2, table, pre { break-inside: avoid; } pre { font-size: 9pt; } :root { font-size: 10pt; } }
        @media print { nav, form, .noprint { display: none; } body { max-width: none; } pre { white-space: pre-wrap; } }
        """;

    public static string E(object? value) => WebUtility.HtmlEncode(value?.ToString() ?? "");

    public static string Page(string title, Caller? caller, string? antiforgery, string body, string? refresh = null)
    {
        var page = new StringBuilder("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        if (refresh is not null)
        {
            page.Append($"<meta http-equiv=\"refresh\" content=\"{E(refresh)}\">");
        }

        page.Append($"<title>{E(title)}</title><link rel=\"stylesheet\" href=\"/emergency/style.css\"></head><body>")
            .Append("<nav><a href=\"/emergency\">All groups</a> · <a href=\"/\">Console</a>");
        if (caller is not null)
        {
            page.Append($" · signed in as {E(caller.Name)}")
                .Append($"<form method=\"post\" action=\"/emergency/sign-out\">{Hidden(antiforgery)}")
                .Append("<button>Sign out</button></form>");
        }

        return page.Append($"</nav><h1>{E(title)}</h1>").Append(body).Append("</body></html>\n").ToString();
    }

    /// <summary>What every form carries: the antiforgery value, and a key that makes a second press the first
    /// one.</summary>
    public static string Hidden(string? antiforgery) =>
        $"<input type=\"hidden\" name=\"{BrowserSession.Field}\" value=\"{E(antiforgery)}\">"
        + $"<input type=\"hidden\" name=\"key\" value=\"{Guid.CreateVersion7():N}\">";

    public static string SignIn(string? problem) =>
        (problem is null ? "" : $"<p class=\"bad\">{E(problem)}</p>")
        + """
        <p>This page works without JavaScript: state of every group, runs, approvals and abort.</p>
        <form method="post" action="/emergency/sign-in">
          <label>User <input name="user" autocomplete="username" autofocus></label>
          <label>Password <input name="password" type="password" autocomplete="current-password"></label>
          <label>Code of the authenticator, or a recovery code <input name="code" autocomplete="one-time-code"></label>
          <p>or</p>
          <label>Token <input name="token" type="password" autocomplete="off"></label>
          <button>Sign in</button>
        </form>
        """;
}
