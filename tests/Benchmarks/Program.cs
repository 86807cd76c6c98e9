using System.Globalization;
using Runbooks.Tests.Benchmarks.AuditRoom;
using Runbooks.Tests.Benchmarks.DataPath;
using Runbooks.Tests.Benchmarks.EngineRoom;
using Runbooks.Tests.Benchmarks.Measuring;

// Figures, never verdicts: nothing here asserts a time. A machine changes its speed from hour to hour, so what counts
// is the ratio to the peer that ran in the same minute: every round measures all contenders, the order turns with each
// round, and the median of the rounds' ratios is printed. A peer that is not installed is named and left out.

const string Usage = """
    usage: tests/benchmark datapath|engine|audit [--seconds N] [--rounds N] [--only TEXT] [--size-mib N]
      datapath  replicated writes beside QEMU's synchronous mirror; one copy beside qemu-nbd and nbdkit
      engine    workflows on our engine (PostgreSQL, fsync on) beside the official dev server (SQLite file)
      audit     searches of a chain of a million records
      --seconds of each measurement (3), --rounds of all contenders (3), --only jobs whose name holds TEXT
    """;

var settings = new BenchmarkSettings();
for (var at = 1; at + 1 < args.Length; at += 2)
{
    var value = args[at + 1];
    settings = args[at] switch
    {
        "--seconds" => settings with { Seconds = int.Parse(value, CultureInfo.InvariantCulture) },
        "--rounds" => settings with { Rounds = int.Parse(value, CultureInfo.InvariantCulture) },
        "--size-mib" => settings with { SizeMebibytes = int.Parse(value, CultureInfo.InvariantCulture) },
        "--only" => settings with { Only = value },
        _ => throw new ArgumentException($"unknown option {args[at]}\n{Usage}"),
    };
}

switch (args.FirstOrDefault())
{
    case "datapath":
        Machine.Describe();
        await DataPathBenchmark.RunAsync(settings);
        return 0;
    case "engine":
        Machine.Describe();
        await EngineBenchmark.RunAsync(settings);
        return 0;
    case "audit":
        Machine.Describe();
        await AuditBenchmark.RunAsync(settings);
        return 0;
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}
