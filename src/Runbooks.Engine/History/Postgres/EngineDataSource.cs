using Npgsql;

namespace Runbooks.Engine.History.Postgres;

/// <summary>
/// The engine's connections. Two settings are not the operator's to choose: a cancelled wait must never look like a
/// replicated commit (Cancellation Timeout -1: the driver then breaks the connection and throws, instead of telling
/// the server to give up waiting for its standby), and statements are prepared by use, since the engine sends the
/// same dozen.
/// </summary>
public static class EngineDataSource
{
    public static NpgsqlDataSource Create(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            CancellationTimeout = -1,
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 2,
            // Reads queue for these; more would only queue inside the database, and must fit beside other processes.
            MaxPoolSize = Math.Min(new NpgsqlConnectionStringBuilder(connectionString).MaxPoolSize, 24),
            ApplicationName = "runbooks-engine",
            IncludeErrorDetail = false,
        };
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }
}
