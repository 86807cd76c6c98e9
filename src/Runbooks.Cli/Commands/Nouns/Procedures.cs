using static System.Net.Http.HttpMethod;

namespace Runbooks.Cli.Commands.Nouns;

/// <summary>Runbooks, runs, calendars, people and records, as far as one request does it.</summary>
internal static class Procedures
{
    private static readonly Field Reason = new("reason", "Why; it is recorded.", Form.Text);

    private static readonly Field MustReason = Reason with { Required = true };

    public static readonly IReadOnlyList<Noun> Nouns =
    [
        new Noun(
            "runbook", "Runbook documents: drafts and published versions.", "runbooks runbook sync ./runbooks",
            new Verb("list", "Every runbook.", Get, "/runbooks") { View = Views.Runbooks },
            new Verb("get", "The draft and its problems.", Get, "/runbooks/{name}") { View = Views.Runbooks },
            new Verb("versions", "Published versions, newest first.", Get,
                "/runbooks/{name}/versions") { View = Views.Versions },
            new Verb("version", "One published version, with its document.", Get,
                "/runbooks/{name}/versions/{number}") { View = Views.Versions },
            new Verb("publish", "Make the draft the next version.", Post,
                "/runbooks/{name}/publish") { View = Views.Versions },
            new Verb("archive", "Archive a runbook nothing refers to.", Delete, "/runbooks/{name}")
            {
                AsksName = true, Done = "Runbook {name} is archived. Its versions stay in the records.",
            }),
        new Noun(
            "run", "Runs: start, decide, steer, watch, report.",
            "runbooks run start drill-isolated --group payments --reason \"weekly drill\" --wait --timeout 30m",
            new Verb("list", "Runs, newest first.", Get, "/runs")
            {
                View = Views.Runs,
                Fields =
                [
                    new Field("group", "Only of this group.", Form.Text),
                        new Field("kind", "Only of this kind.", Form.Text),
                    new Field("state", "Only in this state; open means not ended.", Form.Text),
                    new Field("runbook", "Only of this runbook.", Form.Text),
                ],
            },
            new Verb("get", "One run.", Get, "/runs/{run}") { View = Views.Runs },
            new Verb("steps", "Its steps so far.", Get, "/runs/{run}/steps") { View = Views.Steps },
            new Verb("decisions", "Who approved or rejected, and why.", Get,
                "/runs/{run}/approvals") { View = Views.Decisions },
            Signal("pause", "Let running steps end and start no others."),
            Signal("resume", "Go on after a pause."),
            Signal("release", "Take the hold of a paused or held run away."),
            Signal("abort", "End it: running steps end, what is compensated is taken back.") with { AsksName = true,
                Fields = [MustReason] },
            Signal("retry", "Try the failed step again.") with { Fields = [Step(), Reason] },
            Signal("skip", "Go on without the failed step.") with { Fields = [Step(), MustReason] },
            Signal("answer", "Answer what the run asks.") with
            {
                Fields =
                [
                    new Field("choice", "One of the question's choices.", Form.Text) { ByPlace = true },
                    new Field("question", "Which question, when several are open.", Form.Text), Reason,
                ],
            }),
        new Noun(
            "approval", "Runs that wait for a decision or an answer.", "runbooks approval list --watch",
            new Verb("list", "The inbox.", Get, "/approvals") { View = Views.Approvals }),
        new Noun(
            "schedule", "The calendar of drills and other timed runs.",
            "runbooks schedule add \"weekly drill\" --runbook drill-isolated --group payments --calendar \"0 3 * * 0\"",
            new Verb("list", "The calendar.", Get, "/schedules") { View = Views.Schedules },
            new Verb("get", "One entry.", Get, "/schedules") { View = Views.Schedules, PicksFromList = true },
            new Verb("add", "Run a published runbook by the calendar.", Post, "/schedules")
            {
                View = Views.Schedules,
                Fields =
                [
                    new Field("title", "What people call it.", Form.Text) { ByPlace = true },
                    new Field("runbook", "Which runbook.", Form.Text) { Required = true },
                    new Field("calendar", "Cron: minute hour day-of-month month day-of-week.",
                        Form.Text) { Required = true },
                    new Field("group", "Which group.", Form.Text),
                        new Field("timeZone", "Such as Europe/Berlin; UTC by default.", Form.Text),
                    new Field("inputs", "An input of the runbook; may be repeated.", Form.Pairs) { Option = "input" },
                    new Field("paused", "Make it paused.", Form.Flag),
                ],
            },
            new Verb("set", "Change its title or its calendar.", Patch, "/schedules/{schedule}")
            {
                Done = "Schedule {schedule} is changed.",
                Fields =
                [
                    new Field("title", "What people call it.", Form.Text),
                    new Field("calendar", "Cron: minute hour day-of-month month day-of-week.", Form.Text),
                    new Field("timeZone", "Such as Europe/Berlin.", Form.Text),
                ],
            },
            new Verb("pause", "Skip its times until it is resumed.", Patch, "/schedules/{schedule}")
            {
                Always = [("paused", true)], Done = "Schedule {schedule} is paused.",
            },
            new Verb("resume", "Go by the calendar again.", Patch, "/schedules/{schedule}")
            {
                Always = [("paused", false)], Done = "Schedule {schedule} is resumed.",
            },
            new Verb("remove", "Remove it.", Delete, "/schedules/{schedule}") { AsksName = true,
                Done = "Schedule {schedule} is removed." }),
        new Noun(
            "audit", "The tamper-evident record of what happened.",
                "runbooks audit export chain.tar && runbooks audit verify chain.tar",
            new Verb("list", "Records, newest first.", Get, "/audit")
            {
                View = Views.Audit,
                Fields =
                [
                    new Field("run", "Only of this run.", Form.Text),
                        new Field("kind", "Only of this kind.", Form.Text),
                    new Field("subject", "Only about this.", Form.Text),
                        new Field("actor", "Only by this person or machine.", Form.Text),
                    new Field("site", "Only of this site.", Form.Text),
                        new Field("group", "Only of this group.", Form.Text),
                    new Field("order", "desc (default) or asc.", Form.Text),
                ],
            },
            new Verb("head", "The newest signed head.", Get, "/audit/head")),
        new Noun(
            "token", "Bearer tokens.", "runbooks token add nightly --user ci --expires-days 30",
            new Verb("list", "Every token, without its secret.", Get, "/tokens") { View = Views.Tokens },
            new Verb("add", "Make a token; its secret is shown once.", Post, "/tokens")
            {
                View = Views.Tokens,
                Fields =
                [
                    new Field("name", "What it is for.", Form.Text) { ByPlace = true },
                    new Field("user", "Whose; your own by default.", Form.Text),
                        new Field("expiresDays", "Days it is good for; 90 by default.", Form.Whole),
                ],
            },
            new Verb("revoke", "Revoke a token at once.", Delete, "/tokens/{token}") { AsksName = true,
                Done = "Token {token} opens nothing any more." },
            new Verb("me", "Who am I, and what may I do?", Get, "/me")),
        new Noun(
            "user", "People and their roles.", "runbooks user add olga --role operator@group:payments --role viewer",
            new Verb("list", "Every user with their roles.", Get, "/users") { View = Views.Users },
            new Verb("get", "One user, by name.", Get, "/users") { View = Views.Users, PicksFromList = true },
            new Verb("add", "Make a user; then make them a token.", Post, "/users")
            {
                View = Views.Users,
                Fields =
                [
                    new Field("name", "Login name.", Form.Text) { ByPlace = true },
                        new Field("display", "Name shown.", Form.Text),
                    new Field("roles", "viewer, operator, approver, author, admin or auditor; may be repeated.",
                        Form.Roles) { Required = true, Option = "role" },
                ],
            },
            new Verb("set", "Change roles or name shown, or disable.", Patch, "/users/{user}")
            {
                Done = "User {user} is changed.",
                Fields =
                [
                    new Field("display", "Name shown.", Form.Text),
                        new Field("roles", "All their roles.", Form.Roles) { Option = "role" },
                    new Field("disabled", "Lock them out; --disabled false lets them in again.", Form.Flag),
                ],
            }),
        new Noun(
            "step-kind", "The step library: what a runbook can do.", "runbooks step-kind list",
            new Verb("list", "Every kind of step.", Get, "/step-kinds") { View = Views.StepKinds },
            new Verb("get", "One kind, with the JSON Schema of its settings.", Get,
                "/step-kinds") { View = Views.StepKinds, PicksFromList = true }),
    ];

    private static Verb Signal(string name, string says) => new(name, says, Post, "/runs/{run}/signals")
    {
        View = Views.Runs, Always = [("signal", name)], Fields = [Reason],
    };

    private static Field Step() => new("step", "Which step, when several ask.", Form.Text);
}
