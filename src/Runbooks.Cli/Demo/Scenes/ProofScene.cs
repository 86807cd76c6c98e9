using System.Text;
using System.Text.Json;
using Runbooks.Audit.Bundle;
using Runbooks.Cli.Records;

namespace Runbooks.Cli.Demo.Scenes;

/// <summary>Scene 9: the audit verifies, a changed byte is found, and every run has its report.</summary>
internal static class ProofScene
{
    public static async Task PlayAsync(DemoState state, CancellationToken cancellationToken)
    {
        state.Narrator.Chapter(9, "The proof");
        await FinalCheckAsync(state, cancellationToken);
        var bundle = await state.Operator.DownloadAsync("/api/v1/audit/export", cancellationToken);
        var verified = AuditBundle.Read(new MemoryStream(bundle)).Verify();
        state.Figures["auditVerified"] = verified.Verified;
        state.Figures["auditRecords"] = verified.Records;
        state.Check("The audit chain verifies", verified.Verified,
            $"{verified.Records} records, offline, from the exported bundle");
        var forged = Forge(bundle);
        state.Check(
            "One changed byte is found and named",
            forged is { Verified: false },
            forged.Failure is { } failure ? $"{failure.Name} at record {failure.Sequence}: {failure.Message}" : "not found");
        var reports = await ReportsAsync(state, cancellationToken);
        state.Check("Every run has a report", reports == state.Runs.Count, $"{reports} reports, HTML and JSON");
        if (state.Options.Report is { } folder)
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, "audit.tar"), bundle, cancellationToken);
        }
    }

    // After everything: each record ever acknowledged is at the primary, and the two copies are equal to the last byte.
    private static async Task FinalCheckAsync(DemoState state, CancellationToken cancellationToken)
    {
        await state.Load.StopAsync();
        var acknowledged = AcknowledgedRecords.Read(state.Load.AcknowledgedFile);
        var check = RecordCheck.Run(state.ExportOf(DemoState.SiteA, "disk1"), acknowledged);
        state.Figures["acknowledgedWrites"] = check.Acknowledged;
        state.Figures["lostWrites"] = state.Figures["lostWrites"]!.GetValue<long>() + check.Lost;
        state.Check(
            "Nothing was lost over the whole story",
            check is { Lost: 0, Torn: 0 },
            $"{check.Acknowledged} acknowledged, {check.Lost} lost");
        await SilenceScene.WaitForAsync(
            state, SilenceScene.IsComplete, "both sites complete at the end", cancellationToken);
        var different = new List<string>();
        foreach (var (disk, volume) in state.Volumes)
        {
            var answer = await state.Stack.AgentVerbAsync(
                [
                    "volume", "compare", "--data", state.Stack.FolderOf(DemoState.SiteA), "--id", volume,
                    "--peer", DemoState.SiteB,
                ],
                cancellationToken);
            if (!answer.Contains("\"differences\": []", StringComparison.Ordinal))
            {
                different.Add($"{disk}: {answer}");
            }
        }

        state.Check(
            "Both copies are equal to the last byte",
            different.Count == 0,
            different.Count == 0
                ? $"{state.Sizes.Values.Sum() >> 20} MiB compared by SHA-256, online"
                : string.Join("; ", different));
    }

    // One digit of one record's text, in a copy: the smallest forgery there is.
    private static Runbooks.Audit.ChainVerification Forge(byte[] bundle)
    {
        var copy = (byte[])bundle.Clone();
        var mark = "\"sequence\":"u8.ToArray();
        var at = copy.AsSpan().IndexOf("\"reason\":\""u8);
        at = at >= 0 ? at + 10 : copy.AsSpan().IndexOf(mark) + mark.Length;
        copy[at] ^= 1;
        return AuditBundle.Read(new MemoryStream(copy)).Verify();
    }

    private static async Task<int> ReportsAsync(DemoState state, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var run in state.Runs)
        {
            var html = await state.Operator.DownloadAsync($"/api/v1/runs/{run}/report", cancellationToken);
            var json = await state.Operator.DownloadAsync($"/api/v1/runs/{run}/report.json", cancellationToken);
            using var parsed = JsonDocument.Parse(json);
            count += Encoding.UTF8.GetString(html).Contains(run, StringComparison.Ordinal) ? 1 : 0;
            if (state.Options.Report is { } folder)
            {
                await File.WriteAllBytesAsync(Path.Combine(folder, $"{run}.html"), html, cancellationToken);
                await File.WriteAllBytesAsync(Path.Combine(folder, $"{run}.json"), json, cancellationToken);
            }
        }

        return count;
    }
}
