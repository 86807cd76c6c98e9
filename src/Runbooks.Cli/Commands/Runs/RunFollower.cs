using System.Diagnostics;
using System.Text.Json.Nodes;
using Runbooks.Cli.Http;
using Runbooks.Cli.Output;

namespace Runbooks.Cli.Commands.Runs;

/// <summary>
/// Follows one run to its end: a picture that is drawn over for a person at a terminal, one line per change elsewhere.
/// A control plane that is
/// away is waited for and the run is picked up where it stands: the run does not live in this program.
/// </summary>
internal sealed class RunFollower(ApiClient api, Printer printer, TimeSpan? within)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly RunPicture picture = new(printer);

    public async Task<int> FollowAsync(string run, CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        JsonObject? last = null;
        try
        {
            while (true)
            {
                last = await LookAsync(run, cancellationToken) ?? last;
                if (last is not null && RunOutcome.HasEnded(last))
                {
                    return Tell(last);
                }

                if (within is { } limit && Stopwatch.GetElapsedTime(since) > limit)
                {
                    printer.Say($"Stopped waiting after {Shape.Seconds(limit.TotalSeconds)}; run {run} goes on: "
                        + $"runbooks run watch {run}");
                    return last is null ? ExitCodes.NotReady : RunOutcome.ExitCode(last);
                }

                await Task.Delay(LookEvery, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            printer.Say($"\nStopped watching; run {run} goes on: runbooks run watch {run}");
            return last is null ? ExitCodes.NotReady : RunOutcome.ExitCode(last);
        }
    }

    private async Task<JsonObject?> LookAsync(string run, CancellationToken cancellationToken)
    {
        try
        {
            var path = $"/api/v1/runs/{Uri.EscapeDataString(run)}";
            var view = (await api.GetAsync(path, cancellationToken))!.AsObject();
            var steps = (await api.GetAsync($"{path}/steps", cancellationToken))!["items"]!.AsArray();
            picture.Draw(view, steps);
            return view;
        }
        catch (ApiException e) when (e.Status is 0 or 503)
        {
            picture.Away();
            return null;
        }
    }

    private int Tell(JsonObject run)
    {
        if (printer.Form != OutputForm.Table)
        {
            printer.Print(run, Nouns.Views.Runs);
        }

        return RunOutcome.ExitCode(run);
    }
}
