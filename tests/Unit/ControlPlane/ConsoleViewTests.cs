using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Runs;

namespace Runbooks.Tests.Unit.ControlPlane;

public sealed class ConsoleViewTests
{
    [Theory]
    [InlineData("0 3 * * 0", "At 03:00, every Sunday")]
    [InlineData("30 2 * * *", "At 02:30, every day")]
    [InlineData("0 6,18 * * 1-5", "At 06:00 and 18:00, Monday to Friday")]
    [InlineData("15 4 1 */3 *", "At 04:15, on day 1 of the month, in months */3")]
    [InlineData("0 5 1 1,7 *", "At 05:00, on day 1 of the month, in January and July")]
    [InlineData("*/15 * * * *", "Every 15 minutes, every day")]
    [InlineData("5 * * * *", "Every hour at minute 5, every day")]
    [InlineData("0 4 13 * 5", "At 04:00, on day 13 of the month if it is a Friday")]
    public void Calendar_InPlainWords_SaysWhatItMeans(string calendar, string words) =>
        Assert.Equal(words, CalendarWords.Of(calendar));

    [Fact]
    public void Calendar_OverTheSpringChange_LeavesTheSkippedDateOut()
    {
        var view = ScheduleCalendar.Of(
            "30 2 * * *", "Europe/Berlin", new DateTime(2026, 3, 27, 12, 0, 0, DateTimeKind.Utc));
        Assert.Equal(
            ["03-28 02:30 +01:00", "03-30 02:30 +02:00", "03-31 02:30 +02:00", "04-01 02:30 +02:00",
                "04-02 02:30 +02:00"],
            view.Next.Select(n => n.Local.ToString("MM-dd HH:mm zzz")));
        Assert.Contains(view.Warnings, w => w.StartsWith("2026-03-29 02:30 is skipped", StringComparison.Ordinal));
        Assert.Contains(view.Warnings, w => w.StartsWith("2026-10-25 02:30 comes twice", StringComparison.Ordinal));
    }

    [Fact]
    public void Calendar_WithoutADate_IsRefused() => Assert.ThrowsAny<Exception>(() =>
        ScheduleCalendar.Of("0 0 31 2 *", "UTC", new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc)));

    [Fact]
    public void Series_WithAGapAndARestart_DrawsNeitherAsZero()
    {
        VolumeSample At(long second, long writes) =>
            new() { AtMs = second * 1000, Writes = writes, WanP50 = float.NaN };
        var series = VolumeSeries.Of(
            "vol_1", "disk0", "site-a", [At(0, 10), At(2, 30), At(20, 50), At(22, 54), At(24, 3)], TimeSpan.FromSeconds(
                2));
        Assert.Equal([0, 2, 4, 20, 22, 24], series.At);
        Assert.Equal([null, 10, null, null, 2, null], series.WritesPerSecond);
        Assert.All(series.WanP50Microseconds, p50 => Assert.Null(p50));
        Assert.Equal([0, 0, null, 0, 0, 0], series.DirtyBytes);
    }

    [Fact]
    public void Abort_InTheMiddle_SaysWhatIsUndoneStoppedAndKept()
    {
        RunPlanNode Node(string path, bool acts, bool irreversible, string? undo) => new(
            path, "k", path, "", [], null, "site", null, "", acts, irreversible, undo, 0, 0, "fail", []);
        StepView Step(string path, string state) =>
            new(path, 1, path, state, DateTime.UtcNow, null, null, 1, null, "", null);
        var preview = AbortPreviews.Of(
            Run("running"),
            [Node("stop", true, false, "group.start-wave"), Node("fence", true, true, null), Node(
                "dns", true, false, null),
                Node("later", true, false, null)],
            [Step("stop", "succeeded"), Step("fence", "running"), Step("dns", "succeeded")]);
        Assert.Equal(["stop"], preview.Undone.Select(s => s.Path));
        Assert.Equal(["fence"], preview.WaitedFor.Select(s => s.Path));
        Assert.Equal(["dns"], preview.Kept.Select(s => s.Path));
        Assert.Equal(["later"], preview.NeverStarted.Select(s => s.Path));
        Assert.True(preview is { CanAbort: true, PastNoReturn: true });
        Assert.False(AbortPreviews.Of(Run("succeeded"), [], []).CanAbort);
    }

    [Fact]
    public void Abort_OfASetUpBeforeItIsInSync_TakesBackWhatItMade()
    {
        var preview = OfProcedure(
            "setup", ("1", "succeeded"), ("2", "succeeded"), ("3", "succeeded"), ("4", "succeeded"), ("5", "running"),
            ("catch-up/1", "succeeded"), ("catch-up/2", "running"));
        Assert.Equal(["4", "3", "2"], preview.Undone.Select(s => s.Path));
        Assert.Equal(["5", "catch-up/2"], preview.Stopped.Select(s => s.Path));
        Assert.Empty(preview.Kept);
        Assert.False(preview.PastNoReturn);
        Assert.Equal(
            "2 steps never start, 3 are undone, 0 stay as they are. Nothing irreversible was done yet.",
            preview.Summary);
    }

    [Fact]
    public void Abort_OfASetUpAtItsSecondStandby_KeepsTheFirst()
    {
        var preview = OfProcedure(
            "setup", ("1", "succeeded"), ("2", "succeeded"), ("3", "succeeded"), ("4", "succeeded"), ("5", "succeeded"),
            ("6", "succeeded"), ("6/site-c", "running"), ("6/site-c/1", "succeeded"), ("6/site-c/2", "succeeded"),
            ("6/site-c/3", "running"));
        Assert.Equal(["6/site-c/2", "6/site-c/3"], preview.Undone.Select(s => s.Path));
        Assert.Equal(["6", "5", "4", "3", "2"], preview.Kept.Select(s => s.Path));
        Assert.All(preview.Kept, s => Assert.Contains("the copy is in sync", s.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Abort_OfARemovalPastTheArbitersRow_SaysThatItGoesOn()
    {
        var preview = OfProcedure(
            "unprotect", ("1", "succeeded"), ("1b", "succeeded"), ("2", "succeeded"), ("3", "succeeded"),
            ("4", "succeeded"), ("5", "running"));
        Assert.Empty(preview.Undone);
        Assert.Equal(["5"], preview.WaitedFor.Select(s => s.Path));
        Assert.Equal(["4", "3", "2"], preview.Kept.Select(s => s.Path));
        Assert.True(preview.PastNoReturn);
        Assert.EndsWith("cannot be had back.", preview.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_OfARequestedRemoval_NamesWhatCannotBeTakenBack()
    {
        var plan = ProcedurePlans.Of(Run("requested") with { Kind = "unprotect" }, []);
        Assert.Equal(["4", "5"], plan.Where(n => n.Irreversible).Select(n => n.Path));
        var copies = Run("requested") with
        {
            Kind = "unprotect", Inputs = new Dictionary<string, string> { ["onlyCopies"] = "true" },
        };
        Assert.Equal(["1", "5", "6"], ProcedurePlans.Of(copies, []).Select(n => n.Path));
    }

    /// <summary>Steps of a procedure without a document, one second apart.</summary>
    private static AbortPreview OfProcedure(string kind, params (string Path, string State)[] steps)
    {
        var at = DateTime.UnixEpoch;
        var run = Run("running") with { Kind = kind };
        var known = steps.Select((s, i) => new StepView(
            s.Path, i, s.Path, s.State, at, s.State == "succeeded" ? at.AddSeconds(i) : null, null, 1, null, "", null))
            .ToList();
        return AbortPreviews.Of(run, ProcedurePlans.Of(run, known), known);
    }

    private static RunView Run(string state) => new(
        "run_1", "custom", true, state, "rehearse", 1, "h", "p", "payments", "olga", "why", DateTime.UtcNow, null,
            null, 0, 0,
        "approver", null, null, null, null, "wf", null, null, null);
}
