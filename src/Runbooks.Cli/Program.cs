using System.CommandLine;
using Runbooks.Cli.Commands;

RootCommand root = new("Runbooks: disaster-recovery runbook automation.")
{
    DemoCommand.Create(),
    HiddenCommands.Load(),
    HiddenCommands.Guest(),
};
return await root.Parse(args).InvokeAsync();
