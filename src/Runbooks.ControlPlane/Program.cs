using Runbooks.ControlPlane.Hosting;

return await CommandLine.Command(static async (options, cancel) =>
{
    if (options.DryRun)
    {
        return await ControlPlaneHost.ShowMigrationsAsync(options, Console.Out, cancel);
    }

    if (options.Roles == ControlPlaneRoles.Engine)
    {
        return await EngineRole.RunAsync(options, cancel);
    }

    await using var host = await ControlPlaneHost.StartAsync(options, cancel: cancel);
    await Console.Out.WriteLineAsync($"REST and console  {host.Addresses.Api}");
    await Console.Out.WriteLineAsync($"agents            {host.Addresses.Agent}");
    if (File.Exists(ControlPlaneHost.AdminTokenFile(options)))
    {
        await Console.Out.WriteLineAsync($"first admin token {ControlPlaneHost.AdminTokenFile(options)} (delete it once used)");
    }

    await host.WaitAsync(cancel);
    return 0;
}).Parse(args).InvokeAsync();
