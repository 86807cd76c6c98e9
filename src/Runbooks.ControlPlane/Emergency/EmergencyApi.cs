using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Agents;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Runs;
using Runbooks.ControlPlane.Security;

namespace Runbooks.ControlPlane.Emergency;

/// <summary>The console's last resort, without a line of script: state, runs, approve, answer, abort, and a sheet on
/// paper.</summary>
/// <remarks>
/// The same gates as everywhere: roles by the endpoint's requirement, antiforgery by a hidden field bound to
/// the session, one press counted once by a hidden key. What is refused is said on a page with a way back.
/// </remarks>
internal static class EmergencyApi
{
    private const string Html = "text/html; charset=utf-8";

    public static void Map(IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("/emergency").WithTags("emergency").ExcludeFromDescription();
        pages.MapGet("", HomeAsync).Open("getEmergency", "State of every group, or the sign-in form.");
        pages.MapGet("/style.css", () => TypedResults.Content(EmergencyHtml.Styles, "text/css; charset=utf-8"))
            .Open("getEmergencyStyles", "The pages' style sheet.");
        pages.MapPost("/sign-in", SignInAsync).RequireRateLimiting(RateLimits.SignIn)
            .Open("emergencySignIn", "Sign in by a plain form.");
        pages.MapPost("/sign-out", SignOutAsync).Allow(Access.Read, "emergencySignOut", "End the session.");
        pages.MapGet("/runs/{run}", RunAsync).Allow(Access.Read, "getEmergencyRun", "One run with its forms.");
        pages.MapPost("/runs/{run}/decide", DecideAsync).Allow(Access.Answer, "emergencyDecide", "Approve or reject.");
        pages.MapPost("/runs/{run}/answer", AnswerAsync).Allow(Access.Answer, "emergencyAnswer", "Answer a question.");
        pages.MapPost("/runs/{run}/abort", AbortAsync).Allow(
            Access.Answer, "emergencyAbort", "Abort, with the group's name.");
        pages.MapGet("/groups/{group}/sheet", SheetAsync).Allow(
            Access.Read, "getBreakGlassSheet", "A group's sheet to print.");
    }

    private static async Task<ContentHttpResult> HomeAsync(
        HttpContext context, SessionStore sessions, OverviewDesk desk, RunRows rows, TimeProvider clock,
            CancellationToken cancel)
    {
        var secret = BrowserSession.Read(context);
        if (secret is null || await sessions.FindAsync(secret, cancel) is not { Bindings.Count: > 0 } caller)
        {
            return Page("Emergency sign-in", null, null, EmergencyHtml.SignIn(null));
        }

        var readable = caller.ReadableGroups();
        var runs = await rows.ListAsync(null, null, "open", null, readable, null, null, 200, cancel);
        var watched = context.Request.Query.ContainsKey("watch");
        var body = EmergencyPages.Overview(
            await desk.GroupsAsync(null, readable, cancel), runs, clock.GetUtcNow().UtcDateTime, watched);
        return Page("Emergency", caller, BrowserSession.Antiforgery(secret), body, watched ? "10" : null);
    }

    private static async Task<Results<RedirectHttpResult, ContentHttpResult>> SignInAsync(
        HttpContext context, SignInDesk desk, SessionStore sessions, CancellationToken cancel)
    {
        // A form of another site must not sign this browser in as somebody else; browsers say where a form comes from.
        if (context.Request.Headers["Sec-Fetch-Site"].ToString() is "cross-site")
        {
            return Page("Emergency sign-in", null, null, EmergencyHtml.SignIn("The form came from another site."));
        }

        var form = await context.Request.ReadFormAsync(cancel);
        var code = Value(form, "code")?.Replace(" ", "", StringComparison.Ordinal);
        var body = Value(form, "token") is { } token
            ? new SessionBody(token, null, null, null, null, null)
            : new SessionBody(
                null, Value(form, "user"), Value(form, "password"), code?.Length == Totp.Digits ? code : null,
                code?.Length > Totp.Digits ? code : null, null);
        try
        {
            var origin = context.Connection.RemoteIpAddress?.ToString() ?? "";
            var secret = await desk.SignInAsync(body, origin, context.Request.Headers.UserAgent.ToString(), cancel);
            var caller = await sessions.FindAsync(secret, cancel);
            BrowserSession.Write(context, secret, caller!.Session!.ExpiresAt);
            return TypedResults.Redirect("/emergency");
        }
        catch (Domain.Errors.RefusalException refused)
        {
            context.Response.StatusCode = ApiRefusalCodes.StatusOf(refused.Refusal.Code);
            return TypedResults.Content(
                EmergencyHtml.Page(
                    "Emergency sign-in", null, null,
                    EmergencyHtml.SignIn(
                        $"{refused.Refusal.Message} {refused.Refusal.Cause} {refused.Refusal.Correction}")),
                Html, statusCode: ApiRefusalCodes.StatusOf(refused.Refusal.Code));
        }
    }

    private static async Task<RedirectHttpResult> SignOutAsync(
        HttpContext context, Call call, Storage.ChangeWriter changes, CancellationToken cancel)
    {
        if (call.Caller.Session is { } session)
        {
            await SessionApi.CloseAsync(changes, call.Caller, session.Id, call.Caller.UserId, cancel);
        }

        BrowserSession.Remove(context);
        return TypedResults.Redirect("/emergency");
    }

    private static async Task<ContentHttpResult> RunAsync(
        string run, HttpContext context, Call call, RunRows rows, RunStories stories, CancellationToken cancel)
    {
        var view = await rows.GetAsync(run, call.Caller.ReadableGroups(), cancel);
        var antiforgery = AntiforgeryOf(context);
        var body = EmergencyPages.Run(
            view, await rows.StepsAsync(run, cancel), await stories.AbortAsync(view, cancel), antiforgery);
        return Page($"Run {run}", call.Caller, antiforgery, body);
    }

    private static async Task<RedirectHttpResult> DecideAsync(
        string run, HttpContext context, Call call, RunDesk desk, CancellationToken cancel)
    {
        var form = await FormAsync(context, call, cancel);
        await desk.DecideAsync(
            run, new DecisionBody(
                Value(form, "decision") ?? "", Value(form, "planHash") ?? "", Value(form, "reason") ?? ""),
            call, false, cancel);
        return TypedResults.Redirect($"/emergency/runs/{Uri.EscapeDataString(run)}");
    }

    private static async Task<RedirectHttpResult> AnswerAsync(
        string run, HttpContext context, Call call, RunDesk desk, CancellationToken cancel)
    {
        var form = await FormAsync(context, call, cancel);
        await desk.SignalAsync(
            run, new SignalBody("answer", Value(form, "reason"), Value(form, "question"), Value(form, "choice"), null),
                call,
            false, cancel);
        return TypedResults.Redirect($"/emergency/runs/{Uri.EscapeDataString(run)}");
    }

    private static async Task<RedirectHttpResult> AbortAsync(
        string run, HttpContext context, Call call, RunDesk desk, RunRows rows, CancellationToken cancel)
    {
        var form = await FormAsync(context, call, cancel);
        var view = await rows.GetAsync(run, call.Caller.ReadableGroups(), cancel);
        if (Value(form, "confirm") != view.Group)
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.ConfirmationMissing, "The group's name was not typed.",
                    $"This run acts on {view.Group}.",
                "Go back and type it.", "confirm");
        }

        await desk.SignalAsync(
            run, new SignalBody("abort", Value(form, "reason"), null, null, null), call, false, cancel);
        return TypedResults.Redirect($"/emergency/runs/{Uri.EscapeDataString(run)}");
    }

    private static async Task<ContentHttpResult> SheetAsync(
        string group, HttpContext context, Call call, OverviewDesk desk, InventoryViews views, SiteBoard board,
        ControlPlaneOptions options, TimeProvider clock, CancellationToken cancel)
    {
        var readable = call.Caller.ReadableGroups();
        var found = await desk.GroupsAsync(group, readable, cancel) is [var first, ..]
            ? first
            : throw ApiRefusals.NotFound("group", group);
        var reports = await board.AllAsync(cancel);
        var api = $"{context.Request.Scheme}://{context.Request.Host}";
        List<(string, string)> addresses =
        [
            ("Console and REST", api), .. options.ConsolePeers.Select(p => ("Other console", p)),
            ("Emergency page", $"{api}/emergency"), .. options.ControlPlanes.Select(
                c => ("Control plane, agents' port", c)),
            .. reports.Values.OrderBy(r => r.Site, StringComparer.Ordinal).SelectMany(r => new[]
            {
                ($"Site {r.Site}, guests (NBD)", r.Status.NbdAddress), ($"Site {r.Site}, peers", r.Status.WanAddress),
            }),
        ];
        var body = BreakGlassSheet.Body(
            found, await views.WorkloadsAsync(group, readable, cancel), new SheetFacts(
                clock.GetUtcNow().UtcDateTime, api, addresses,
                reports.ToDictionary(r => r.Key, r => r.Value.Status.NbdAddress)));
        return Page($"Break-glass sheet: {found.Title}", call.Caller, AntiforgeryOf(context), body);
    }

    private static string? AntiforgeryOf(HttpContext context) =>
        BrowserSession.Read(context) is { } secret ? BrowserSession.Antiforgery(secret) : null;

    // The gate has read the form already, for its antiforgery field.
    private static async Task<IFormCollection> FormAsync(HttpContext context, Call call, CancellationToken cancel)
    {
        if (!context.Request.HasFormContentType)
        {
            throw ApiRefusals.Field("form", "The request carries no form.", "Use the page's own form.");
        }

        var form = await context.Request.ReadFormAsync(cancel);
        if (Value(form, "key") is { Length: <= 64 } key)
        {
            call.Keyed(key);
        }

        return form;
    }

    private static string? Value(IFormCollection form, string name) =>
        form[name].ToString().Trim() is { Length: > 0 } text ? text : null;

    private static ContentHttpResult Page(
        string title, Caller? caller, string? antiforgery, string body, string? refresh = null) =>
        TypedResults.Content(EmergencyHtml.Page(title, caller, antiforgery, body, refresh), Html);
}
