using Npgsql;

namespace Runbooks.ControlPlane.Storage;

/// <summary>
/// Hears PostgreSQL say that a commit is local only. With a synchronous standby that hangs, a cancelled wait commits at
/// one site and is answered with success plus this warning; the row is lost if that site then dies.
/// </summary>
internal sealed class CommitWatch : IDisposable
{
    private const string WarningState = "01000";
    private readonly NpgsqlConnection _connection;
    private string? _warning;

    public CommitWatch(NpgsqlConnection connection)
    {
        _connection = connection;
        _connection.Notice += OnNotice;
    }

    public static bool MeansLocalOnly(string sqlState, string message) =>
        sqlState == WarningState
        && message.Contains("wait for synchronous replication", StringComparison.OrdinalIgnoreCase);

    public void ThrowIfLocalOnly()
    {
        if (_warning is { } warning)
        {
            throw new CommitOutcomeUnknownException($"The commit is at this site only: {warning}.");
        }
    }

    public void Dispose() => _connection.Notice -= OnNotice;

    private void OnNotice(object? sender, NpgsqlNoticeEventArgs notice)
    {
        if (MeansLocalOnly(notice.Notice.SqlState, notice.Notice.MessageText))
        {
            _warning = notice.Notice.MessageText;
        }
    }
}
