namespace Runbooks.Temporal.Client.Schedules;

/// <summary>Numbers of a calendar field, both ends included.</summary>
/// <param name="Start">First number.</param>
/// <param name="End">Last number; less than the start means the start alone.</param>
/// <param name="Step">Distance; 0 means 1.</param>
public record struct ScheduleRange(int Start, int End = 0, int Step = 0)
{
    internal static IReadOnlyCollection<ScheduleRange> FromProto(
        IEnumerable<Temporalio.Api.Schedule.V1.Range> ranges) =>
        ranges.Select(range => new ScheduleRange(range.Start, range.End, range.Step)).ToArray();

    internal static IEnumerable<Temporalio.Api.Schedule.V1.Range> ToProto(
        IReadOnlyCollection<ScheduleRange> ranges) =>
        ranges.Select(range => new Temporalio.Api.Schedule.V1.Range
        {
            Start = range.Start,
            End = range.End,
            Step = range.Step,
        });
}
