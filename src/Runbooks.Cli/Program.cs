return await Runbooks.Cli.Commands.Entry.RunAsync(args);
