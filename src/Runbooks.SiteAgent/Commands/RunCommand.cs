using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using Runbooks.BlockPath.Nbd;
using Runbooks.BlockPath.Site;
using Runbooks.BlockPath.Storage;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.SiteAgent.Admin;
using Runbooks.SiteAgent.Host;

namespace Runbooks.SiteAgent.Commands;

/// <summary><c>run</c>: the agent of one site.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var data = CommonOptions.Data();
        Option<string?> config = new("--config") { Description = "Configuration file (JSON).", HelpName = "FILE" };
        Option<string?> site = new("--site") { Description = "Name of this site; a joined one knows it." };
        Option<string?> wan = new("--wan") { Description = "Where peers connect.", HelpName = "HOST:PORT" };
        Option<string[]> nbd = new("--nbd") { Description = "Where guests connect: HOST:PORT or unix:PATH. Repeatable." };
        Command command = new("run", "Run the agent of this site.") { data, config, site, wan, nbd };
        command.SetAction((arguments, cancellation) =>
        {
            var loaded = arguments.GetValue(config) is { } path
                ? AgentConfiguration.Load(path)
                : new AgentConfiguration();
            if (!loaded.IsOk)
            {
                return Task.FromResult(CommonOptions.Refuse(loaded.Refusal));
            }

            var settings = loaded.Value with
            {
                Site = arguments.GetValue(site) ?? loaded.Value.Site,
                Wan = arguments.GetValue(wan) ?? loaded.Value.Wan,
                Nbd = arguments.GetValue(nbd) is { Length: > 0 } given ? given : loaded.Value.Nbd,
            };
            return RunAsync(settings, arguments.GetRequiredValue(data), cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(AgentConfiguration settings, string data, CancellationToken cancellation)
    {
        TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        await using var cancelled = cancellation.Register(() => stop.TrySetResult());
        try
        {
            using var host = AgentHost.Open(settings, Path.GetFullPath(data), Say);
            if (!host.IsReady)
            {
                return CommonOptions.Refuse(host.Refusal);
            }

            await using var admin = AdminApi.Build(AdminClient.SocketOf(data), host.Site);
            await admin.StartAsync(cancellation);
            File.SetUnixFileMode(AdminClient.SocketOf(data), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            host.Start();
            Say($"site {host.Site.Id} is running: nbd {string.Join(", ", host.Site.NbdAddresses)}, wan {host.Site.WanAddress}");
            await stop.Task;
            await admin.StopAsync(CancellationToken.None);
            return 0;
        }
        catch (FileInUseFault)
        {
            return CommonOptions.Refuse(new Refusal(
                "RB-AGENT-108",
                "Another agent runs on this folder.",
                $"'{Path.GetFullPath(data)}' is locked.",
                "Stop the other agent, or give this one a folder of its own."));
        }
        catch (Fault fault)
        {
            await Console.Error.WriteLineAsync($"{fault.Side} fault at {fault.Stage}: {fault.Message}");
            await Console.Error.WriteLineAsync($"  correction: {CorrectionOf(fault)}");
            return CommonOptions.ExitFailed;
        }

        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.TrySetResult();
        }
    }

    private static string CorrectionOf(Fault fault) => fault switch
    {
        { Stage: "bind" } => "Stop the program that listens there, or choose another address with --wan and --nbd.",
        { Side: FaultSide.Disk } => "Bring the file back or mend the disk, then start again; nothing was changed.",
        _ => "Start it again; if it goes on, look at the lines above.",
    };

    private static void Say(string line) => Console.Out.WriteLine($"{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} {line}");
}
