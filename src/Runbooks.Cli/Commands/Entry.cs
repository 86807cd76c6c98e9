using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Runbooks.Cli.Http;
using Runbooks.Cli.Stack;

namespace Runbooks.Cli.Commands;

/// <summary>From arguments to exit code: the one place where a failure becomes a sentence and a number.</summary>
internal static class Entry
{
    // 'up' stops a database, a control plane and agents when it is told to end; each takes seconds.
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(60);

    public static Task<int> RunAsync(string[] arguments) => RunAsync(arguments, new InvocationConfiguration());

    public static async Task<int> RunAsync(string[] arguments, InvocationConfiguration configuration)
    {
        configuration.EnableDefaultExceptionHandler = false;
        configuration.ProcessTerminationTimeout = StopWithin;
        var parsed = Surface.Create().Parse(arguments);
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction)
        {
            return WrongUsage(parsed, configuration.Error);
        }

        try
        {
            return await parsed.InvokeAsync(configuration);
        }
        catch (ApiException e)
        {
            await configuration.Error.WriteLineAsync(e.Message);
            return e.ExitCode;
        }
        catch (Exception e) when (e is UsageException or FileNotFoundException or DirectoryNotFoundException
            or UnauthorizedAccessException)
        {
            await configuration.Error.WriteLineAsync(e.Message);
            return ExitCodes.Usage;
        }
        catch (StackException e)
        {
            await configuration.Error.WriteLineAsync(e.Message);
            return ExitCodes.Failed;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Failed;
        }
    }

    private static int WrongUsage(ParseResult parsed, TextWriter errors)
    {
        foreach (var error in parsed.Errors)
        {
            errors.WriteLine(error.Message);
        }

        var names = new List<string>();
        for (CommandResult? at = parsed.CommandResult; at is not null; at = at.Parent as CommandResult)
        {
            names.Insert(0, at.Command is RootCommand ? "runbooks" : at.Command.Name);
        }

        errors.WriteLine($"  Correction: look at '{string.Join(' ', names)} --help'.");
        return ExitCodes.Usage;
    }
}
