using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Temporalio.Api.Schedule.V1;

namespace Runbooks.Engine.Schedules;

/// <summary>One due time: what the specification names, and when the action is really taken (jitter added).</summary>
public readonly record struct DueTime(DateTime Nominal, DateTime Actual);

/// <summary>A specification ready for "when next?". Pure: the same question always has the same answer.</summary>
public sealed class CompiledSpec
{
    private readonly CompiledCalendar[] _calendars;
    private readonly CompiledCalendar[] _excluded;
    private readonly (long Length, long Phase)[] _intervals;
    private readonly DateTime? _start;
    private readonly DateTime? _end;
    private readonly TimeSpan _jitter;

    private CompiledSpec(ScheduleSpec canonical, TimeZoneInfo zone)
    {
        Canonical = canonical;
        _calendars = canonical.StructuredCalendar.Select(c => new CompiledCalendar(c, zone)).ToArray();
        _excluded = canonical.ExcludeStructuredCalendar.Select(c => new CompiledCalendar(c, zone)).ToArray();
        _intervals = canonical.Interval
            .Select(i => (i.Interval.Seconds, i.Phase?.Seconds ?? 0)).ToArray();
        _start = canonical.StartTime?.ToDateTime();
        _end = canonical.EndTime?.ToDateTime();
        _jitter = canonical.Jitter?.ToTimeSpan() ?? TimeSpan.Zero;
    }

    /// <summary>The specification with every text compiled away.</summary>
    public ScheduleSpec Canonical { get; }

    /// <exception cref="SpecRefusedException">A part cannot be understood, or the time zone is not known.</exception>
    public static CompiledSpec Compile(ScheduleSpec spec)
    {
        var canonical = ScheduleSpecText.Canonical(spec);
        return new CompiledSpec(canonical, ZoneOf(canonical));
    }

    /// <summary>The first due time whose nominal time is after the given instant; null when none follows.</summary>
    public DueTime? NextAfter(DateTime after, string jitterSeed)
    {
        if (_start is { } start && after < start)
        {
            after = start.AddSeconds(-1);
        }
        var nominal = Raw(after);
        while (nominal is { } excluded && _excluded.Any(calendar => calendar.Matches(excluded)))
        {
            nominal = excluded > _end ? null : Raw(excluded);
        }
        if (nominal is not { } found || found > _end)
        {
            return null;
        }
        // Jitter never reaches the next nominal time, or two actions would change places.
        var room = Raw(found) is { } following && following - found < _jitter ? following - found : _jitter;
        return new DueTime(found, found + Fraction(found, jitterSeed) * room);
    }

    private DateTime? Raw(DateTime after)
    {
        var best = default(DateTime?);
        foreach (var calendar in _calendars)
        {
            best = Earlier(best, calendar.NextAfter(after));
        }
        var seconds = (long)Math.Floor((after - DateTime.UnixEpoch).TotalSeconds);
        foreach (var (length, phase) in _intervals)
        {
            var count = (long)Math.Floor((double)(seconds - phase) / length) + 1;
            best = Earlier(best, DateTime.UnixEpoch.AddSeconds(count * length + phase));
        }
        return best;
    }

    private static DateTime? Earlier(DateTime? a, DateTime? b) => a is null || b < a ? b : a;

    /// <summary>
    /// A number in [0, 1) that depends on nothing but the nominal time and the seed, in whole milliseconds' reach.
    /// </summary>
    private static double Fraction(DateTime nominal, string seed)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{nominal.Ticks}/{seed}"), hash);
        return BinaryPrimitives.ReadUInt32LittleEndian(hash) / 4294967296.0;
    }

    private static TimeZoneInfo ZoneOf(ScheduleSpec spec)
    {
        if (spec.TimezoneData.Length > 0)
        {
            throw new SpecRefusedException("time zone data is not supported: name a zone of the tz database");
        }
        if (spec.TimezoneName is "" or "UTC" or "Etc/UTC" or "Z")
        {
            return TimeZoneInfo.Utc;
        }
        return TimeZoneInfo.TryFindSystemTimeZoneById(spec.TimezoneName, out var zone)
            ? zone
            : throw new SpecRefusedException($"unknown time zone {spec.TimezoneName}");
    }
}
