using System.Diagnostics;

namespace Runbooks.Tests.Integration.Cli;

/// <summary>
/// The command line as scripts use it: a process of its own with arguments, environment, output and an exit code.
/// </summary>
internal sealed record CliProcess(string Api, string Token)
{
    /// <summary>Path of the built program.</summary>
    public static string Program { get; } = Find();

    /// <summary>Variables beside the address and the token; an empty value removes one.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    public async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await errors);
    }

    /// <summary>Starts it and leaves it running; the caller ends it.</summary>
    public Process Start(params string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        info.ArgumentList.Add(Program);
        foreach (var argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        info.Environment["RUNBOOKS_API"] = Api;
        info.Environment["RUNBOOKS_TOKEN"] = Token;
        info.Environment["RUNBOOKS_CONTEXT"] = "/dev/null/none";
        foreach (var (name, value) in Variables)
        {
            info.Environment[name] = value.Length > 0 ? value : null;
        }

        var process = Process.Start(info)!;
        process.StandardInput.Close();
        return process;
    }

    private static string Find()
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var configuration = framework.Parent!;
        var repository = configuration.Parent!.Parent!.Parent!.Parent!;
        return Path.Combine(
            repository.FullName, "src", "Runbooks.Cli", "bin", configuration.Name, framework.Name, "Runbooks.Cli.dll");
    }
}
