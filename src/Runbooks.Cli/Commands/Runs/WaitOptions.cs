using System.CommandLine;

namespace Runbooks.Cli.Commands.Runs;

/// <summary><c>--wait --timeout</c>: stays until the run has ended, and ends with the run's outcome.</summary>
internal sealed class WaitOptions
{
    public Option<bool> Wait { get; } = new("--wait") { Description = "Stay until the run has ended; its outcome is "
        + "the exit code." };

    public Option<string?> Timeout { get; } = new("--timeout")
    {
        Description = "Give up waiting after this time (exit 4, or 3 when approval is missing). The run goes on.",
            HelpName = "TIME",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(Wait);
        command.Options.Add(Timeout);
        Timeout.Validators.Add(r =>
        {
            try
            {
                if (r.Tokens.Count > 0)
                {
                    Form.SecondsOf(r.Tokens[^1].Value);
                }
            }
            catch (FormatException e)
            {
                r.AddError(e.Message);
            }
        });
    }

    public Task<int> FollowAsync(Session session, ParseResult parsed, string run, CancellationToken cancellationToken)
    {
        var within = parsed.GetValue(Timeout) is { } text ? TimeSpan.FromSeconds(Form.SecondsOf(text))
            : (TimeSpan?)null;
        return new RunFollower(session.Api, session.Printer, within).FollowAsync(run, cancellationToken);
    }
}
