using System.CommandLine;
using Runbooks.Cli.Demo;

namespace Runbooks.Cli.Commands;

/// <summary><c>demo</c>: the story of the product on real parts, with every claim checked.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        Option<string?> image =
            new("--image") { Description = "Your own raw image in place of a made one; a copy of it is used.",
                HelpName = "FILE" };
        Option<bool> inPlace = new("--in-place") { Description = "Use the image itself, not a copy." };
        Option<string?> report =
            new("--report") { Description = "Keep reports, the audit bundle and demo.json here.", HelpName = "DIR" };
        Option<string?> temporal =
            new("--temporal") { Description = "Use this Temporal server in place of the embedded engine.",
                HelpName = "HOST:PORT" };
        Option<bool> keep = new("--keep") { Description = "Leave the stack running at the end until Ctrl-C." };
        Option<string?> data =
            new("--data") { Description = "Working folder; a temporary one by default.", HelpName = "DIR" };
        var command = new Command(
            "demo",
            "Play the whole story: protect a disk, lose its site, fail over, fail back, degrade, drill, lose the control plane, prove it.")
        {
            image, inPlace, report, temporal, keep, data,
        };
        command.SetAction((arguments, cancellationToken) => DemoStory.PlayAsync(
            new DemoOptions(
                arguments.GetValue(image),
                arguments.GetValue(inPlace),
                arguments.GetValue(report) is { } folder ? Path.GetFullPath(folder) : null,
                arguments.GetValue(temporal),
                arguments.GetValue(keep),
                arguments.GetValue(data) is { } work ? Path.GetFullPath(work) : null),
            cancellationToken));
        return command;
    }
}
