using System.CommandLine;
using System.Text.Json.Nodes;
using Runbooks.Cli.Commands.Nouns;
using Runbooks.Cli.Output;

namespace Runbooks.Cli.Commands;

/// <summary><c>status</c>: the one page for 04:00, red first, and <c>control-plane</c>.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var check = new Option<bool>("--check") { Description = "End with 4 when anything is not as it should be." };
        var watch = new WatchOptions();
        var command = new Command("status",
            "Groups, sites, open runs and what waits for a person, red first. Example: runbooks status "
                + "--watch") { check };
        watch.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = Session.Open(parsed);
            return await watch.RepeatAsync(
                parsed, session.Printer, async (printer, cancel) =>
                {
                    var all = await ReadAsync(session, cancel);
                    Print(printer, all);
                    return parsed.GetValue(check) && Wrong(all).Any() ? ExitCodes.NotReady : ExitCodes.Ok;
                },
                cancellationToken);
        });
        return command;
    }

    public static Command ControlPlane()
    {
        var watch = new WatchOptions();
        var command = new Command("control-plane",
            "Who is active, and whether a second copy of the database confirms. Example: runbooks control-plane -o "
                + "json");
        watch.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = Session.Open(parsed);
            return await watch.RepeatAsync(
                parsed, session.Printer, async (printer, cancel) =>
                {
                    printer.Print(await session.Api.GetAsync("/api/v1/control-plane", cancel), View.Plain);
                    return ExitCodes.Ok;
                },
                cancellationToken);
        });
        return command;
    }

    /// <summary>What needs a person, one sentence each.</summary>
    public static IEnumerable<string> Wrong(JsonObject all)
    {
        foreach (var group in Items(all, "groups").Where(g => (string?)g["state"] is not "protected"
            && (int?)g["workloads"] > 0))
        {
            yield return $"group {group["id"]} is {group["state"]}";
        }

        foreach (var site in Items(all, "sites").Where(s => (string?)s["state"] is not "connected"))
        {
            yield return $"site {site["id"]} is {site["state"]}";
        }

        foreach (var run in Items(all, "approvals"))
        {
            yield return run["asking"] is JsonObject asking
                ? $"run {run["id"]} asks {asking["of"]}: {asking["text"]}"
                : $"run {run["id"]} waits for approval by {run["approverRole"]}";
        }

        foreach (var conflict in Items(all, "conflicts"))
        {
            yield return $"conflict {conflict["id"]} at {conflict["site"]} is {conflict["state"]}";
        }
    }

    private static async Task<JsonObject> ReadAsync(Session session, CancellationToken cancellationToken)
    {
        var all = new JsonObject
        {
            ["controlPlane"] = await session.Api.GetAsync("/api/v1/control-plane", cancellationToken),
        };
        foreach (var (name, path) in new[]
        {
            ("groups", "/groups"), ("sites", "/sites"), ("runs", "/runs?state=open"), ("approvals", "/approvals"),
                ("conflicts", "/conflicts"),
        })
        {
            all[name] = (await session.Api.GetAsync($"/api/v1{path}", cancellationToken))!["items"]!.DeepClone();
        }

        return all;
    }

    private static void Print(Printer printer, JsonObject all)
    {
        if (printer.Form != OutputForm.Table)
        {
            printer.Print(all, View.Plain);
            return;
        }

        var plane = all["controlPlane"]!;
        printer.Say($"control plane {plane["activeInstance"]} is active, epoch {plane["epoch"]}, its database is "
            + Ink.Paint((string?)plane["protection"] ?? "unknown", printer.Coloured));
        var wrong = Wrong(all).ToList();
        printer.Say(wrong.Count == 0 ? "Nothing needs you." : $"{wrong.Count} thing(s) need a person:");
        wrong.ForEach(w => printer.Say($"  {w}"));
        Section(printer, "GROUPS", all["groups"], Views.Groups);
        Section(printer, "SITES", all["sites"], Views.Sites);
        Section(printer, "OPEN RUNS", all["runs"], Views.Runs);
    }

    private static void Section(Printer printer, string title, JsonNode? items, View view)
    {
        if (items is JsonArray { Count: > 0 } rows)
        {
            printer.Say($"\n{title}");
            printer.Table(rows, view.Columns);
        }
    }

    private static IEnumerable<JsonObject> Items(JsonObject all, string name) =>
        all[name]?.AsArray().OfType<JsonObject>() ?? [];
}
