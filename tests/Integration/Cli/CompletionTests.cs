using System.Diagnostics;

namespace Runbooks.Tests.Integration.Cli;

/// <summary>What pressing Tab gives in a real bash that has loaded our script.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("runbooks ", new[] { "run", "runbook", "status", "site", "workload" }, new[] { "load", "guest" })]
    [InlineData("runbooks wor", new[] { "workload" }, new[] { "run", "site" })]
    [InlineData("runbooks run st", new[] { "start" }, new[] { "watch", "status" })]
    [InlineData("runbooks site list --out", new[] { "--output" }, new[] { "--api" })]
    [InlineData("runbooks site list --output ", new[] { "table", "json", "yaml", "name" }, new[] { "--api" })]
    [InlineData("runbooks completion z", new[] { "zsh" }, new[] { "bash", "fish" })]
    public async Task Tab_InBash_OffersTheWordsThatFit(string typed, string[] offered, string[] notOffered)
    {
        var words = await CompleteAsync(typed);
        Assert.Superset(offered.ToHashSet(), words);
        Assert.Empty(words.Intersect(notOffered));
    }

    // What readline does: it sets COMP_* from the line and reads COMPREPLY from the function that `complete` names.
    private static async Task<HashSet<string>> CompleteAsync(string typed)
    {
        const string script = """
            set -eu
            runbooks() { dotnet "$RUNBOOKS_DLL" "$@"; }
            eval "$(runbooks completion bash)"
            [ "$(complete -p runbooks)" = "complete -F _runbooks runbooks" ]
            COMP_LINE=$TYPED COMP_POINT=${#TYPED}
            read -r -a COMP_WORDS <<<"$TYPED"
            case "$TYPED" in *" ") COMP_WORDS+=("") ;; esac
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _runbooks || true
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        var info = new ProcessStartInfo("bash", ["--norc", "-c", script])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        info.Environment["RUNBOOKS_DLL"] = CliProcess.Program;
        info.Environment["TYPED"] = typed;
        using var bash = Process.Start(info)!;
        var errors = bash.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(bash.ExitCode == 0, await errors);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}
