using System.CommandLine;

namespace Runbooks.Cli.Commands;

/// <summary>Options that every command understands.</summary>
internal static class GlobalOptions
{
    public static readonly Option<string[]> Api = new("--api")
    {
        Description = "Address of a control plane; give several and they are tried in turn. Else RUNBOOKS_API, else "
            + "the context file.",
        HelpName = "URL", Recursive = true,
    };

    public static readonly Option<string?> TokenFile = new("--token-file")
    {
        Description = "File that holds the bearer token. Else RUNBOOKS_TOKEN, else the context file.",
            HelpName = "FILE", Recursive = true,
    };

    public static readonly Option<string?> Authority = new("--ca")
    {
        Description = "Certificate authority of an https control plane (its ca.crt). Else RUNBOOKS_CA.",
            HelpName = "FILE", Recursive = true,
    };

    public static readonly Option<string> Output = OutputOption();

    public static IEnumerable<Option> All => [Api, TokenFile, Authority, Output];

    private static Option<string> OutputOption()
    {
        var option = new Option<string>("--output", "-o")
        {
            Description = "How to print.", HelpName = "table|json|yaml|name", Recursive = true,
                DefaultValueFactory = _ => "table",
        };
        option.AcceptOnlyFromAmong("table", "json", "yaml", "name");
        return option;
    }
}
