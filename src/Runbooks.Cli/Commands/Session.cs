using System.CommandLine;
using Runbooks.Cli.Http;
using Runbooks.Cli.Output;

namespace Runbooks.Cli.Commands;

/// <summary>One command at work: the API it talks to, and how it prints.</summary>
internal sealed class Session : IDisposable
{
    private Session(ApiClient api, Printer printer, TextWriter errors)
    {
        Api = api;
        Printer = printer;
        Errors = errors;
    }

    public ApiClient Api { get; }

    public Printer Printer { get; }

    public TextWriter Errors { get; }

    public static Session Open(ParseResult parsed)
    {
        var context = Context.Find(
            parsed.GetValue(GlobalOptions.Api) ?? [], parsed.GetValue(GlobalOptions.TokenFile),
                parsed.GetValue(GlobalOptions.Authority));
        return context is null
            ? throw new UsageException(
                "No control plane is known.\n  Cause: there is no --api with --token-file, no RUNBOOKS_API with "
                    + "RUNBOOKS_TOKEN, and no context file at "
                + $"{Context.StoredFile}.\n  Correction: start a local stack with 'runbooks up', or name a control "
                + $"plane with --api and --token-file.")
            : new Session(new ApiClient(context), PrinterOf(parsed), parsed.InvocationConfiguration.Error);
    }

    /// <summary>How this command line wants its output, without a control plane.</summary>
    public static Printer PrinterOf(ParseResult parsed)
    {
        var output = parsed.InvocationConfiguration.Output;
        var form = Enum.Parse<OutputForm>(parsed.GetValue(GlobalOptions.Output) ?? "table", ignoreCase: true);
        return new Printer(output, form, Terminal.Colours(output));
    }

    public void Dispose() => Api.Dispose();
}
