using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf.WellKnownTypes;
using Runbooks.Engine.Schedules;
using Temporalio.Api.Schedule.V1;
using Range = Temporalio.Api.Schedule.V1.Range;

namespace Runbooks.Tests.Model.EngineFront;

public sealed class ScheduleNextTimeTests
{
    private static readonly TimeSpan Reach = TimeSpan.FromDays(2);

    private static readonly string[] Zones =
        ["UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "Asia/Kolkata"];

    // Around real clock changes of those zones, and two quiet instants: leap day, year's end.
    private static readonly DateTime[] Anchors =
    [
        Utc(2024, 3, 10, 5), Utc(2024, 11, 3, 4), Utc(2024, 3, 30, 23), Utc(2024, 10, 26, 23),
        Utc(2024, 4, 6, 13), Utc(2024, 10, 5, 14), Utc(2024, 2, 28, 12), Utc(2024, 12, 31, 12),
    ];

    [Fact]
    public void NextTime_AnySpecAroundClockChanges_IsTheFirstMatchingSecond()
    {
        Prop.ForAll(Arb.From(Cases()), Agrees).Check(Config.QuickThrowOnFailure.WithMaxTest(150));
    }

    [Fact]
    public void NextTime_EveryMinuteThroughTheRepeatedHour_FiresInBothCopies()
    {
        var spec = CompiledSpec.Compile(new ScheduleSpec
        {
            CronString = { "30 1 * * *" },
            TimezoneName = "America/New_York",
        });
        var first = spec.NextAfter(Utc(2024, 11, 3, 0), "")!.Value.Nominal;
        Assert.Equal(Utc(2024, 11, 3, 5).AddMinutes(30), first);
        Assert.Equal(Utc(2024, 11, 3, 6).AddMinutes(30), spec.NextAfter(first, "")!.Value.Nominal);
    }

    [Fact]
    public void NextTime_AfterAnyDueTime_IsStrictlyLater()
    {
        Prop.ForAll(Arb.From(Cases()), given =>
        {
            var spec = CompiledSpec.Compile(given.Spec);
            var due = spec.NextAfter(given.After, "");
            return due is not { } found || spec.NextAfter(found.Nominal, "") is not { } next || next.Nominal > found.Nominal;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void Jitter_AnySeed_StaysWithinItsLimitAndBeforeTheNextDueTime()
    {
        Prop.ForAll(Arb.From(Cases()), Arb.From(Gen.Choose(0, 100_000)), (given, seed) =>
        {
            var jittered = given.Spec.Clone();
            jittered.Jitter = Duration.FromTimeSpan(TimeSpan.FromMinutes(7));
            var spec = CompiledSpec.Compile(jittered);
            if (spec.NextAfter(given.After, $"{seed}") is not { } due)
            {
                return true;
            }
            var plain = CompiledSpec.Compile(given.Spec).NextAfter(due.Nominal, "");
            return due.Actual >= due.Nominal && due.Actual < due.Nominal.AddMinutes(7)
                && due == spec.NextAfter(given.After, $"{seed}")
                && (given.Spec.ExcludeStructuredCalendar.Count > 0 || plain is null || due.Actual < plain.Value.Nominal);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    private static bool Agrees(Case given)
    {
        var zone = given.Spec.TimezoneName == "UTC"
            ? TimeZoneInfo.Utc
            : TimeZoneInfo.FindSystemTimeZoneById(given.Spec.TimezoneName);
        var expected = SlowSchedule.NextAfter(given.Spec, zone, given.After, Reach);
        var actual = CompiledSpec.Compile(given.Spec).NextAfter(given.After, "")?.Nominal;
        return expected is null ? actual is null || actual > given.After + Reach : actual == expected;
    }

    internal sealed record Case(ScheduleSpec Spec, DateTime After)
    {
        public override string ToString() => $"after {After:O} {Spec}";
    }

    private static Gen<Case> Cases() =>
        from calendars in Gen.ListOf(Calendars(), 2)
        from excluded in Gen.ListOf(Calendars(), 1)
        from exclude in Gen.Choose(0, 3)
        from length in Gen.Choose(1, 200_000)
        from phase in Gen.Choose(0, 200_000)
        from useInterval in Gen.Choose(0, 3)
        from zone in Gen.Elements(Zones)
        from anchor in Gen.Elements(Anchors)
        from shift in Gen.Choose(-20_000, 20_000)
        select Build(calendars, exclude == 0 ? excluded : [], useInterval == 0 ? (length, phase % length) : null, zone,
            anchor.AddSeconds(shift));

    private static Case Build(
        IEnumerable<StructuredCalendarSpec> calendars, IEnumerable<StructuredCalendarSpec> excluded,
        (int Length, int Phase)? interval, string zone, DateTime after)
    {
        var spec = new ScheduleSpec { TimezoneName = zone };
        spec.StructuredCalendar.AddRange(calendars);
        spec.ExcludeStructuredCalendar.AddRange(excluded);
        if (interval is { } i)
        {
            spec.Interval.Add(new IntervalSpec
            {
                Interval = Duration.FromTimeSpan(TimeSpan.FromSeconds(i.Length)),
                Phase = Duration.FromTimeSpan(TimeSpan.FromSeconds(i.Phase)),
            });
        }
        return new Case(spec, after);
    }

    private static Gen<StructuredCalendarSpec> Calendars() =>
        from second in Field(0, 59, 0)
        from minute in Field(0, 59, 0)
        from hour in Field(0, 23, 1)
        from day in Field(1, 31, 3)
        from month in Field(1, 12, 4)
        from week in Field(0, 6, 3)
        select new StructuredCalendarSpec
        {
            Second = { second },
            Minute = { minute },
            Hour = { hour },
            DayOfMonth = { day },
            Month = { month },
            DayOfWeek = { week },
        };

    /// <summary>A range, or everything; the higher <paramref name="wide"/>, the more often everything.</summary>
    private static Gen<Range> Field(int min, int max, int wide) =>
        from all in Gen.Choose(0, wide)
        from start in Gen.Choose(min, max)
        from end in Gen.Choose(min, max)
        from step in Gen.Choose(0, 7)
        select all > 0
            ? new Range { Start = min, End = max }
            : new Range { Start = start, End = end >= start ? end : 0, Step = step };

    private static DateTime Utc(int year, int month, int day, int hour) => new(year, month, day, hour, 0, 0, DateTimeKind.Utc);
}
