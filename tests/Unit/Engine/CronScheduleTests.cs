using Runbooks.Engine.Machines;

namespace Runbooks.Tests.Unit.Engine;

public sealed class CronScheduleTests
{
    private static readonly DateTimeOffset Close = new(2026, 1, 31, 23, 58, 30, TimeSpan.Zero);

    [Theory]
    [InlineData("* * * * *", "2026-01-31T23:59:00Z")]
    [InlineData("*/15 * * * *", "2026-02-01T00:00:00Z")]
    [InlineData("0 0 29 2 *", "2028-02-29T00:00:00Z")]
    [InlineData("30 6 * * MON-FRI", "2026-02-02T06:30:00Z")]
    [InlineData("0 12 1 * 0", "2026-02-01T12:00:00Z")]
    [InlineData("@hourly", "2026-02-01T00:00:00Z")]
    [InlineData("CRON_TZ=Etc/GMT-2 0 3 * * *", "2026-02-01T01:00:00Z")]
    public void NextTime_IsTheFirstThatMatches(string cron, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected), CronSchedule.Next(cron, Close.AddHours(-1), Close));

    [Fact]
    public void Every_KeepsStepWithTheStart() => Assert.Equal(
        Close.AddMinutes(20), CronSchedule.Next("@every 30m", Close.AddMinutes(-10), Close));

    [Theory]
    [InlineData("60 * * * *")]
    [InlineData("* * *")]
    [InlineData("a * * * *")]
    [InlineData("@every x")]
    public void Nonsense_IsRefused(string cron) => Assert.NotNull(CronSchedule.Fault(cron));
}
