using System.CommandLine;
using System.Text.Json.Nodes;

namespace Runbooks.Cli.Commands.Nouns;

/// <summary><c>workload set</c>: changes what is named and keeps the rest, and refuses when somebody changed it in
/// between.</summary>
internal static class WorkloadSet
{
    public static readonly IReadOnlyList<Field> Fields =
    [
        new Field("title", "What people call it.", Form.Text),
            new Field("tier", "Its tier; lower tiers start first.", Form.Text),
        new Field("cpuCount", "Processors.", Form.Whole),
            new Field("memoryMiB", "Memory in MiB.", Form.Whole) { Option = "memory-mib" },
        new Field("firmware", "bios or uefi.", Form.Text),
            new Field("nics", "Network cards and their mappings.", Form.Json),
        new Field("driver", "How the machine is started and stopped at a site.", Form.Json),
    ];

    // The API's own members of a workload's description; anything else in a view is derived.
    private static readonly string[] Kept = ["id", "title", "group", "tier", "cpuCount", "memoryMiB", "firmware",
        "disks", "nics", "driver"];

    public static Command Create()
    {
        var workload = new Argument<string>("workload") { HelpName = "WORKLOAD", Description = "Which workload." };
        var options = Fields.Concat(
        [
            new Field("group", "Its group.", Form.Text), new Field("site", "Where it runs now.", Form.Text),
            new Field("disks", "All its disks.", Form.Disks) { Option = "disk" },
        ]).Select(f => (Field: f,
            Option: new Option<string[]>(f.OptionName) { Description = f.Says, HelpName = f.Form.Hint })).ToList();
        var command = new Command("set", "Change a workload's description; what is not named stays.") { workload };
        options.ForEach(o => command.Options.Add(o.Option));
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = Session.Open(parsed);
            var path = $"/api/v1/workloads/{Uri.EscapeDataString(parsed.GetRequiredValue(workload))}";
            var (view, tag) = await session.Api.GetTaggedAsync(path, cancellationToken);
            var body = new JsonObject { ["site"] = view["site"]?.DeepClone() };
            foreach (var key in Kept)
            {
                if (view["metadata"]?[key] is { } value)
                {
                    body[key] = value.DeepClone();
                }
            }

            foreach (var (field, option) in options)
            {
                if (parsed.GetResult(option) is { Implicit: false } given)
                {
                    body[field.Key] = field.Form.Read([.. given.Tokens.Select(t => t.Value)]);
                }
            }

            var answer = await session.Api.SendAsync(HttpMethod.Put, path, body, null, cancellationToken, tag);
            session.Printer.Print(answer, Views.Workloads);
            return ExitCodes.Ok;
        });
        return command;
    }
}
