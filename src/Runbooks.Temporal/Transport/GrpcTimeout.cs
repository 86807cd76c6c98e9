using System.Globalization;

namespace Runbooks.Temporal.Transport;

/// <summary>The <c>grpc-timeout</c> header: at most eight digits and a unit of H, M, S, m, u or n.</summary>
internal static class GrpcTimeout
{
    private const long DigitsMax = 99_999_999;

    private static readonly (char Unit, long Ticks)[] Units =
    [
        ('u', TimeSpan.TicksPerMicrosecond),
        ('m', TimeSpan.TicksPerMillisecond),
        ('S', TimeSpan.TicksPerSecond),
        ('M', TimeSpan.TicksPerMinute),
        ('H', TimeSpan.TicksPerHour),
    ];

    /// <summary>Writes the finest unit that fits; 99 s still fits microseconds. A timeout already over is 1
    /// microsecond.</summary>
    public static string Format(TimeSpan timeout)
    {
        var ticks = Math.Max(timeout.Ticks, TimeSpan.TicksPerMicrosecond);
        foreach (var (unit, size) in Units)
        {
            var count = ticks / size;
            if (count <= DigitsMax)
            {
                return count.ToString(CultureInfo.InvariantCulture) + unit;
            }
        }

        return DigitsMax.ToString(CultureInfo.InvariantCulture) + 'H';
    }
}
