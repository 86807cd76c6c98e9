using System.CommandLine;
using Runbooks.SiteAgent.Commands;

RootCommand root = new("Site agent: serves a site's volumes and carries out runbook steps there.")
{
    RunCommand.Create(),
    JoinCommand.Create(),
    VolumeCommands.Create(),
    VolumeCommands.Status(),
    NbdCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
