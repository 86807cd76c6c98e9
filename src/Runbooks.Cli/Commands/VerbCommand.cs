using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using Runbooks.Cli.Commands.Runs;
using Runbooks.Cli.Output;

namespace Runbooks.Cli.Commands;

/// <summary>Makes a command of a <see cref="Verb"/> and carries it out.</summary>
internal sealed class VerbCommand
{
    private readonly Verb verb;
    private readonly List<(string Name, Argument<string> Argument)> places = [];
    private readonly List<(Field Field, Option<string[]> Option)> options = [];
    private readonly List<(Field Field, Argument<string> Argument)> byPlace = [];
    private readonly Option<bool> flagDryRun = new("--dry-run") { Description = "Check everything, change nothing." };
    private readonly Option<string?> yes = new("--yes") { Description = "The name, in place of being asked for it.",
        HelpName = "NAME" };
    private readonly Option<int> limit = new("--limit") { Description = "At most so many.", DefaultValueFactory = _ =>
        100, HelpName = "N" };
    private readonly WatchOptions watch = new();
    private readonly WaitOptions wait = new();

    private VerbCommand(Verb verb) => this.verb = verb;

    public static Command Create(Verb verb) => new VerbCommand(verb).Build();

    private Command Build()
    {
        var command = new Command(verb.Name, verb.Says);
        foreach (var place in verb.Places)
        {
            var argument = new Argument<string>(place) { HelpName = place.ToUpperInvariant(),
                Description = $"Which {place}." };
            places.Add((place, argument));
            command.Arguments.Add(argument);
        }

        foreach (var field in verb.Fields)
        {
            Add(command, field);
        }

        if (verb.Reads)
        {
            watch.AddTo(command);
        }
        else
        {
            command.Options.Add(flagDryRun);
        }

        if (verb.Lists)
        {
            command.Options.Add(limit);
        }

        if (verb.AsksName)
        {
            command.Options.Add(yes);
        }

        if (verb.RunAt is not null)
        {
            wait.AddTo(command);
        }

        command.SetAction(RunAsync);
        return command;
    }

    private void Add(Command command, Field field)
    {
        if (field.ByPlace)
        {
            var argument = new Argument<string>(field.Key) { HelpName = field.Key.ToUpperInvariant(),
                Description = field.Says };
            argument.Validators.Add(r => Check(r, field, [.. r.Tokens.Select(t => t.Value)]));
            byPlace.Add((field, argument));
            command.Arguments.Add(argument);
            return;
        }

        var option = new Option<string[]>(field.OptionName)
        {
            Description = field.Says, HelpName = field.Form.Hint.Length == 0 ? null : field.Form.Hint,
                Required = field.Required,
            Arity = field.Form == Form.Flag ? ArgumentArity.ZeroOrOne : ArgumentArity.OneOrMore,
        };
        option.Validators.Add(r => Check(r, field, [.. r.Tokens.Select(t => t.Value)]));
        options.Add((field, option));
        command.Options.Add(option);
    }

    private static void Check(SymbolResult result, Field field, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
        {
            return;
        }

        try
        {
            field.Form.Read(texts);
        }
        catch (Exception e) when (e is FormatException or IOException)
        {
            result.AddError($"{field.OptionName}: {e.Message}");
        }
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var session = Session.Open(parsed);
        if (verb.Reads)
        {
            return await watch.RepeatAsync(
                parsed, session.Printer, async (printer, cancel) =>
                {
                    printer.Print(await ReadAsync(session, parsed, cancel), verb.View);
                    return ExitCodes.Ok;
                },
                cancellationToken);
        }

        if (verb.AsksName && !parsed.GetValue(flagDryRun))
        {
            Confirmation.Require(parsed.GetRequiredValue(places[0].Argument), parsed.GetValue(yes), session.Printer,
                verb.Says);
        }

        var path = $"{PathOf(parsed)}?dryRun={(parsed.GetValue(flagDryRun) ? "true" : "false")}";
        if (verb.Method == HttpMethod.Delete)
        {
            path += string.Concat(Members(parsed).Select(
                m => $"&{m.Key}={Uri.EscapeDataString(m.Value?.ToString() ?? string.Empty)}"));
        }

        var key = verb.Method == HttpMethod.Post ? Guid.NewGuid().ToString("n") : null;
        var body = verb.Method == HttpMethod.Delete ? null : Members(parsed);
        var answer = await session.Api.SendAsync(verb.Method, path, body, key, cancellationToken);
        return await TellAsync(session, parsed, answer, cancellationToken);
    }

    private async Task<int> TellAsync(Session session, ParseResult parsed, JsonNode? answer,
        CancellationToken cancellationToken)
    {
        if (parsed.GetValue(flagDryRun))
        {
            session.Printer.Say("Dry run: everything was checked, nothing was changed.");
        }

        if (verb.RunAt is { } at && Column.Find(answer, at)?.ToString() is { } run && parsed.GetValue(wait.Wait))
        {
            return await wait.FollowAsync(session, parsed, run, cancellationToken);
        }

        if (answer is not null)
        {
            session.Printer.Print(answer, verb.View);
        }
        else if (verb.Done is { } done && !parsed.GetValue(flagDryRun))
        {
            session.Printer.Say(places.Aggregate(
                done, (text, p) => text.Replace($"{{{p.Name}}}", parsed.GetValue(p.Argument),
                    StringComparison.Ordinal)));
        }

        return ExitCodes.Ok;
    }

    private async Task<JsonNode?> ReadAsync(Session session, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (verb.PicksFromList)
        {
            return await PickAsync(session, parsed, cancellationToken);
        }

        var query = Members(parsed).Select(m => $"{m.Key}={Uri.EscapeDataString(m.Value?.ToString() ?? "")}").ToList();
        return verb.Lists
            ? await Pages.ReadAsync(session.Api, PathOf(parsed), query, parsed.GetValue(limit), cancellationToken)
            : await session.Api.GetAsync(PathOf(parsed) + (query.Count > 0 ? "?" + string.Join('&', query) : ""),
                cancellationToken);
    }

    private async Task<JsonNode> PickAsync(Session session, ParseResult parsed, CancellationToken cancellationToken)
    {
        var name = parsed.GetRequiredValue(places[0].Argument);
        var all = await Pages.ReadAsync(session.Api, PathOf(parsed), [], Pages.LimitMax, cancellationToken);
        return all["items"]!.AsArray().FirstOrDefault(i => Column.Find(i, verb.View.Name)?.ToString() == name)
            ?? throw new Http.ApiException(404, null,
                $"There is no '{name}'.\n  Correction: look at the list of them.");
    }

    private string PathOf(ParseResult parsed) => verb.PicksFromList
        ? "/api/v1" + verb.Path
        : places.Aggregate("/api/v1" + verb.Path, (path, p) => path.Replace(
            $"{{{p.Name}}}", Uri.EscapeDataString(parsed.GetRequiredValue(p.Argument)), StringComparison.Ordinal));

    private JsonObject Members(ParseResult parsed)
    {
        var members = new JsonObject();
        foreach (var (key, value) in verb.Always)
        {
            members[key] = JsonValue.Create(value);
        }

        foreach (var (field, argument) in byPlace)
        {
            members[field.Key] = field.Form.Read([parsed.GetRequiredValue(argument)]);
        }

        foreach (var (field, option) in options)
        {
            if (parsed.GetResult(option) is { Implicit: false } given)
            {
                members[field.Key] = field.Form.Read([.. given.Tokens.Select(t => t.Value)]);
            }
        }

        return members;
    }
}
