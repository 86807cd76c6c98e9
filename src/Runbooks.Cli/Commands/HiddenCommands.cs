using System.CommandLine;
using Runbooks.Cli.Records;

namespace Runbooks.Cli.Commands;

/// <summary>
/// Processes of the demo: its load, and the machine that boots on the protected disks. Hidden from help.
/// </summary>
internal static class HiddenCommands
{
    public static Command Load()
    {
        Option<string> nbd = new("--nbd") { Required = true };
        Option<string> acknowledged = new("--acknowledged") { Required = true };
        Option<int> rate = new("--per-second") { DefaultValueFactory = _ => 300 };
        var command = new Command("load", "Write numbered records through NBD.") { nbd, acknowledged, rate };
        command.Hidden = true;
        command.SetAction((arguments, cancellationToken) => Task.Run(
            () => RecordWriter.Run(
                new Uri(arguments.GetRequiredValue(nbd)),
                arguments.GetRequiredValue(acknowledged),
                arguments.GetValue(rate),
                cancellationToken),
            cancellationToken));
        return command;
    }

    public static Command Guest()
    {
        Option<string> disk = new("--disk") { Required = true };
        Option<string> records = new("--records") { Required = true };
        Option<string> mode = new("--mode") { DefaultValueFactory = _ => "real" };
        Option<string> ready = new("--ready") { Required = true };
        var command = new Command("guest", "The machine of the demo.") { disk, records, mode, ready };
        command.Hidden = true;
        command.SetAction((arguments, cancellationToken) => Guest(
            new Uri(arguments.GetRequiredValue(disk)),
            new Uri(arguments.GetRequiredValue(records)),
            arguments.GetRequiredValue(ready),
            cancellationToken));
        return command;
    }

    // What a database does when it boots: looks at its file system's superblock, reads its log to the last whole
    // record, then serves.
    private static async Task<int> Guest(Uri disk, Uri records, string ready, CancellationToken cancellationToken)
    {
        using var first = NbdConnection.Open(disk);
        var superblock = new byte[2048];
        first.Read(0, superblock);
        using var second = NbdConnection.Open(records);
        var slots = second.Length / RecordBlock.Size;
        var block = new byte[RecordBlock.Size];
        long low = 0;
        for (var high = slots; low < high;)
        {
            var middle = low + ((high - low) / 2);
            second.Read(middle * RecordBlock.Size, block);
            (low, high) = RecordBlock.Read(block) >= 0 ? (middle + 1, high) : (low, middle);
        }

        await File.WriteAllTextAsync(ready, $"recovered {low} records\n", cancellationToken);
        Console.Out.WriteLine($"recovered {low} records");
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return ExitCodes.Ok;
    }
}
