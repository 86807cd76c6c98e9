using Dapper;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Security.Pki;

/// <summary>Serial numbers that are refused although their certificates are still valid.</summary>
/// <remarks>
/// Held in memory because a TLS handshake must not wait for the database; refreshed every few seconds and at once by
/// the control plane that revokes. Until the first successful load everything but enrolment is refused.
/// </remarks>
public sealed class DenyList(Database database)
{
    private volatile IReadOnlySet<string>? _serials;

    public bool IsLoaded => _serials is not null;

    public bool Denies(string serial) => _serials?.Contains(serial) ?? true;

    public async Task RefreshAsync(CancellationToken cancel = default)
    {
        var serials = await database.ReadAsync(
            connection => connection.QueryAsync<string>(
                "select serial from control.certificates where revoked_at is not null and not_after > now()"),
            cancel);
        _serials = serials.ToHashSet(StringComparer.OrdinalIgnoreCase);
    }
}
