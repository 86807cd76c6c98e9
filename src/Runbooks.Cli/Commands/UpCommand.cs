using System.CommandLine;
using System.Text.Json;
using Runbooks.Cli.Commands.Documents;
using Runbooks.Cli.Http;
using Runbooks.Cli.Output;
using Runbooks.Cli.Stack;

namespace Runbooks.Cli.Commands;

/// <summary>
/// <c>up</c>: a whole installation on this machine that stays until Ctrl-C or SIGTERM. What dies in between is started
/// again, the way a
/// service manager would. A second start on the same folder finds everything again.
/// </summary>
internal static class UpCommand
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    public static Command Create()
    {
        var data = new Option<string>("--data")
        {
            Description = "Folder that keeps everything.", HelpName = "DIR", DefaultValueFactory = _ => DefaultFolder(),
        };
        var sites = new Option<string>("--sites") { Description = "Names of the sites.", HelpName = "A,B",
            DefaultValueFactory = _ => "site-a,site-b" };
        var free = new Option<bool>("--free-ports") { Description = "Take free ports on the folder's first start, not "
            + "the usual ones." };
        var noContext = new Option<bool>("--no-context") { Description = "Leave the context file of later commands "
            + "alone." };
        var command = new Command(
            "up", "Start PostgreSQL, the control plane with its engine, and an agent per site; stay until Ctrl-C. "
                + "Example: runbooks up --data ~/runbooks")
        {
            data, sites, free, noContext,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            Path.GetFullPath(parsed.GetValue(data)!),
            parsed.GetValue(sites)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            parsed.GetValue(free), !parsed.GetValue(noContext), Session.PrinterOf(parsed), cancellationToken));
        return command;
    }

    // Under root the database has an account of its own, which cannot walk through root's home.
    private static string DefaultFolder() => Environment.IsPrivilegedProcess
        ? "/var/lib/runbooks/local"
        : Path.Combine(
            Environment.GetFolderPath(
                Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "runbooks");

    private static async Task<int> RunAsync(
        string folder, string[] sites, bool free, bool writeContext, Printer printer,
            CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        using var alone = Lock(folder);
        var names = Sites(folder, sites);
        using var stack = new LocalStack(new StackOptions(folder,
            names) { Ports = StackPorts.Of(folder, names, free) });
        try
        {
            await stack.StartAsync(text => printer.Output.WriteLine(text), cancellationToken);
            await PublishAsync(stack.Client, printer, cancellationToken);
            Tell(stack, names, folder, writeContext, printer);
            await InviteAsync(stack, printer, cancellationToken);
            await KeepAsync(stack, names, printer, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C or SIGTERM: how a stack ends.
        }

        printer.Output.WriteLine("stopping");
        await stack.StopAsync();
        printer.Output.WriteLine($"stopped; everything is kept in {folder}");
        return ExitCodes.Ok;
    }

    private static FileStream Lock(string folder)
    {
        var path = Path.Combine(folder, "up.lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new StackException(
                $"Another 'runbooks up' works on {folder}.\n  Cause: {e.Message}\n  Correction: use that one, stop "
                    + $"it, or name another folder with --data.");
        }
    }

    // A folder's sites are part of what it is: their order is the order of its ports.
    private static IReadOnlyList<string> Sites(string folder, string[] asked)
    {
        var file = Path.Combine(folder, "sites.json");
        var kept = File.Exists(file) ? JsonSerializer.Deserialize<string[]>(File.ReadAllText(file))! : [];
        string[] all = [.. kept, .. asked.Except(kept)];
        File.WriteAllText(file, JsonSerializer.Serialize(all));
        return all;
    }

    private static async Task PublishAsync(ApiClient api, Printer printer, CancellationToken cancellationToken)
    {
        if (Parts.Runbooks is not { } folder)
        {
            printer.Output.WriteLine("the shipped runbooks are not beside this program; publish yours with 'runbooks "
                + "runbook sync DIR'");
            return;
        }

        var done = await RunbookSync.SyncAsync(api, folder, publish: true, dryRun: false, cancellationToken);
        printer.Output.WriteLine($"runbooks: {string.Join(", ", done.Select(d => $"{d!["name"]} {d["action"]}"))}");
    }

    private static void Tell(LocalStack stack, IReadOnlyList<string> sites, string folder, bool writeContext,
        Printer printer)
    {
        var context = Path.Combine(folder, "context.json");
        printer.Output.WriteLine($"\nREST API  {stack.Api}");
        printer.Output.WriteLine($"agents    {stack.AgentPort}");
        printer.Output.WriteLine($"engine    {stack.EnginePort}");
        foreach (var site in sites)
        {
            printer.Output.WriteLine($"{site,-9} NBD {stack.NbdOf(site)}  log "
                + $"{Path.Combine(stack.Logs, site + ".log")}");
        }

        if (writeContext)
        {
            new Context([stack.Api], stack.AdminToken).Write(Context.StoredFile);
            printer.Output.WriteLine("\nLater commands talk to it: runbooks status");
        }
        else
        {
            printer.Output.WriteLine($"\nTalk to it with RUNBOOKS_CONTEXT={context}");
        }

    }

    private static async Task InviteAsync(LocalStack stack, Printer printer, CancellationToken cancellationToken)
    {
        printer.Output.WriteLine($"\nconsole   {await stack.SignInLinkAsync(cancellationToken)}");
        printer.Output.WriteLine("          signs you in once, within 10 minutes; 'runbooks console' makes another");
        printer.Output.WriteLine("running; Ctrl-C stops it");
        printer.Output.Flush();
    }

    private static async Task KeepAsync(LocalStack stack, IReadOnlyList<string> sites, Printer printer,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(LookEvery, cancellationToken);
            if (stack.ControlPlane.HasExited)
            {
                printer.Output.WriteLine($"the control plane ended with exit code {stack.ControlPlane.ExitCode}; "
                    + $"starting it again");
                await stack.StartControlPlaneAsync(cancellationToken);
            }

            foreach (var site in sites.Where(s => stack.Agent(s).HasExited))
            {
                printer.Output.WriteLine($"the agent of {site} ended with exit code {stack.Agent(site).ExitCode}; "
                    + $"starting it again");
                await stack.StartAgentAsync(site, cancellationToken);
            }
        }
    }
}
