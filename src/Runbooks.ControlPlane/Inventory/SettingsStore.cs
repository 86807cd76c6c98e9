using Dapper;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Inventory;

/// <param name="Environment">Shown in the console's header: production, test, a customer's name.</param>
/// <param name="DrillEveryDays">A group without a drill for longer is overdue; a group may say otherwise.</param>
/// <param name="TimeZone">IANA name; the zone in which the console shows times first.</param>
public sealed record Settings(string Environment = "", int DrillEveryDays = 90, string TimeZone = "UTC");

/// <summary>What an administrator has set for the whole installation.</summary>
internal sealed class SettingsStore(Database database)
{
    public async Task<Settings> ReadAsync(CancellationToken cancel) => (await ReadWithVersionAsync(cancel)).Settings;

    /// <summary>Version 0 means that nothing was set yet.</summary>
    public Task<(Settings Settings, long Version)> ReadWithVersionAsync(CancellationToken cancel) => database.ReadAsync(
        async c => await c.QuerySingleOrDefaultAsync<Row>(
            "select document::text as document, version from control.settings")
            is { } row
            ? (ApiJson.Read<Settings>(row.Document), row.Version)
            : (new Settings(), 0),
        cancel);

    private sealed record Row(string Document, long Version);
}
