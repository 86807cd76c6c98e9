using Runbooks.Cli.Output;

namespace Runbooks.Cli.Commands;

/// <summary>Asks for a name before something that cannot be taken back. A y or an Enter pressed too early is never
/// enough.</summary>
internal static class Confirmation
{
    /// <summary>Returns when the name was given; throws <see cref="UsageException"/> otherwise, and nothing has
    /// happened.</summary>
    public static void Require(string name, string? given, Printer printer, string what, string option = "--yes")
    {
        if (given is not null)
        {
            RequireSame(name, given, option);
            return;
        }

        if (!Terminal.CanAsk)
        {
            throw new UsageException(
                $"{what} Nothing was done.\n  Cause: nobody can be asked here.\n  Correction: repeat it with {option} "
                    + $"{name}.");
        }

        printer.Output.Write($"Type {name} to go on: ");
        printer.Output.Flush();
        RequireSame(name, Console.In.ReadLine()?.Trim() ?? string.Empty, "the answer");
    }

    private static void RequireSame(string name, string given, string where)
    {
        if (given != name)
        {
            throw new UsageException(
                $"Nothing was done.\n  Cause: {where} says '{given}', the name is '{name}'.\n  Correction: look again "
                    + $"at what would happen, then give the name.");
        }
    }
}
