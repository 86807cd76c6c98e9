using System.Globalization;

namespace Runbooks.Audit;

/// <summary>
/// The one text form of an instant in records: UTC, microseconds (what PostgreSQL keeps), always 27 characters.
/// </summary>
public static class AuditTime
{
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public static string Write(DateTime utc) => utc.ToUniversalTime().ToString(Form, CultureInfo.InvariantCulture);

    public static DateTime Read(string text) => DateTime.ParseExact(
        text, Form, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
