using System.Diagnostics;

namespace Runbooks.Tests.Integration.Cli;

/// <summary>The command line as scripts use it: a process of its own with arguments, environment, output and an exit code.</summary>
internal sealed record CliProcess(string Api, string Token)
{
    public async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        info.ArgumentList.Add(Program());
        foreach (var argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        info.Environment["RUNBOOKS_API"] = Api;
        info.Environment["RUNBOOKS_TOKEN"] = Token;
        info.Environment["RUNBOOKS_CONTEXT"] = "/dev/null/none";
        using var process = Process.Start(info)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await errors);
    }

    private static string Program()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var built = Path.Combine(folder.FullName, "src", "Runbooks.Cli", "bin", configuration, "net10.0", "Runbooks.Cli.dll");
            if (File.Exists(built))
            {
                return built;
            }
        }

        Assert.Skip("The command line is not built: dotnet build src/Runbooks.Cli");
        return string.Empty;
    }
}
