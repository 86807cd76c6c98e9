using System.CommandLine;
using Runbooks.Cli.Http;
using Runbooks.Cli.Output;

namespace Runbooks.Cli.Commands;

/// <summary><c>--watch</c>: prints again when something changed, until Ctrl-C. A control plane that is away is waited
/// for.</summary>
internal sealed class WatchOptions
{
    private readonly Option<bool> watch = new("--watch", "-w") { Description = "Look again and again, until Ctrl-C." };
    private readonly Option<string> every = new("--every")
    {
        Description = "How often --watch looks.", HelpName = "TIME", DefaultValueFactory = _ => "2s",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(watch);
        every.Validators.Add(r =>
        {
            try
            {
                Form.SecondsOf(r.Tokens.Count > 0 ? r.Tokens[^1].Value : "2s");
            }
            catch (FormatException e)
            {
                r.AddError(e.Message);
            }
        });
        command.Options.Add(every);
    }

    public async Task<int> RepeatAsync(
        ParseResult parsed, Printer printer, Func<Printer, CancellationToken, Task<int>> print,
            CancellationToken cancellationToken)
    {
        if (!parsed.GetValue(watch))
        {
            return await print(printer, cancellationToken);
        }

        var before = string.Empty;
        var pause = TimeSpan.FromSeconds(Form.SecondsOf(parsed.GetValue(every)!));
        try
        {
            while (true)
            {
                var now = await LookAsync(printer, print, cancellationToken);
                if (now != before)
                {
                    Show(printer, now);
                    before = now;
                }

                await Task.Delay(pause, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Ok;
        }
    }

    private static async Task<string> LookAsync(
        Printer printer, Func<Printer, CancellationToken, Task<int>> print, CancellationToken cancellationToken)
    {
        using var text = new StringWriter();
        try
        {
            await print(new Printer(text, printer.Form, printer.Coloured), cancellationToken);
        }
        catch (ApiException e) when (e.Status is 0 or 503)
        {
            return $"{e.Message}\n";
        }

        return text.ToString();
    }

    private static void Show(Printer printer, string text)
    {
        if (Terminal.Watches(printer.Output))
        {
            printer.Output.Write("\e[H\e[2J");
        }

        printer.Output.Write(text);
        printer.Output.Flush();
    }
}
