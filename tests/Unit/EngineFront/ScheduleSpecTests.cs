using Google.Protobuf.WellKnownTypes;
using Runbooks.Engine.Schedules;
using Temporalio.Api.Schedule.V1;

namespace Runbooks.Tests.Unit.EngineFront;

public sealed class ScheduleSpecTests
{
    [Theory]
    [InlineData("0 12 * * MON-FRI", "2024-05-03T12:00:01Z", "2024-05-06T12:00:00Z")]
    [InlineData("*/15 * * * *", "2024-05-03T12:01:00Z", "2024-05-03T12:15:00Z")]
    [InlineData("3/20 * * * *", "2024-05-03T12:04:00Z", "2024-05-03T12:23:00Z")]
    [InlineData("0 0 29 feb *", "2024-03-01T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 * * 7", "2024-05-03T00:00:00Z", "2024-05-05T00:00:00Z")]
    [InlineData("5 4 3 2 * 2030", "2024-05-03T00:00:00Z", "2030-02-03T04:05:00Z")]
    [InlineData("30 5 4 3 2 * 2030", "2024-05-03T00:00:00Z", "2030-02-03T04:05:30Z")]
    [InlineData("@monthly", "2024-05-03T00:00:00Z", "2024-06-01T00:00:00Z")]
    [InlineData("@every 14h/3h", "1970-01-01T00:00:00Z", "1970-01-01T03:00:00Z")]
    [InlineData("CRON_TZ=Europe/Berlin 0 9 * * * # morning", "2024-05-03T00:00:00Z", "2024-05-03T07:00:00Z")]
    [InlineData("0 0 13 * FRI", "2024-05-03T00:00:00Z", "2024-09-13T00:00:00Z")]
    public void Cron_Text_NamesTheNextInstant(string cron, string after, string expected)
    {
        var spec = CompiledSpec.Compile(new ScheduleSpec { CronString = { cron } });
        Assert.Equal(Instant(expected), spec.NextAfter(Instant(after), "")!.Value.Nominal);
    }

    [Theory]
    [InlineData("* * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* * * * xyz")]
    [InlineData("*/0 * * * *")]
    [InlineData("5-3 * * * *")]
    [InlineData("1-2-3 * * * *")]
    [InlineData("CRON_TZ=Nowhere/Land 0 0 * * *")]
    [InlineData("@every soon")]
    [InlineData("@every 10ms")]
    [InlineData("@every 1h/2h")]
    [InlineData("0 0 1 1 * 1999")]
    public void Cron_Malformed_IsRefused(string cron) =>
        Assert.Throws<SpecRefusedException>(() => CompiledSpec.Compile(new ScheduleSpec { CronString = { cron } }));

    [Fact]
    public void Canonical_Texts_BecomeStructuredCalendars()
    {
        var spec = CompiledSpec.Compile(new ScheduleSpec
        {
            CronString = { "TZ=Asia/Tokyo 0 12 * * MON # lunch" },
            Calendar = { new CalendarSpec { Hour = "5-9/2" } },
            TimezoneName = "Asia/Tokyo",
        }).Canonical;
        Assert.Empty(spec.CronString);
        Assert.Empty(spec.Calendar);
        Assert.Equal(2, spec.StructuredCalendar.Count);
        Assert.Equal("lunch", spec.StructuredCalendar[1].Comment);
        Assert.Equal("Asia/Tokyo", spec.TimezoneName);
    }

    [Fact]
    public void Zones_ThatDisagree_AreRefused() => Assert.Throws<SpecRefusedException>(() => CompiledSpec.Compile(
        new ScheduleSpec { CronString = { "TZ=Asia/Tokyo 0 12 * * *" }, TimezoneName = "Europe/Berlin" }));

    [Fact]
    public void NextTime_OutsideStartAndEnd_IsNone()
    {
        var spec = CompiledSpec.Compile(new ScheduleSpec
        {
            CronString = { "@daily" },
            StartTime = Timestamp.FromDateTime(Instant("2024-05-03T00:00:00Z")),
            EndTime = Timestamp.FromDateTime(Instant("2024-05-04T00:00:00Z")),
        });
        Assert.Equal(Instant("2024-05-03T00:00:00Z"), spec.NextAfter(Instant("2020-01-01T00:00:00Z"), "")!.Value.Nominal);
        Assert.NotNull(spec.NextAfter(Instant("2024-05-03T00:00:00Z"), ""));
        Assert.Null(spec.NextAfter(Instant("2024-05-04T00:00:00Z"), ""));
    }

    [Fact]
    public void NextTime_EverythingExcluded_EndsInsteadOfSearchingForEver() => Assert.Null(CompiledSpec.Compile(
        new ScheduleSpec
        {
            CronString = { "@yearly" },
            ExcludeStructuredCalendar = { CronText("0 0 * * *") },
        }).NextAfter(Instant("2024-01-01T00:00:00Z"), ""));

    private static StructuredCalendarSpec CronText(string cron) =>
        CompiledSpec.Compile(new ScheduleSpec { CronString = { cron } }).Canonical.StructuredCalendar[0];

    private static DateTime Instant(string text) => DateTimeOffset.Parse(text).UtcDateTime;
}
