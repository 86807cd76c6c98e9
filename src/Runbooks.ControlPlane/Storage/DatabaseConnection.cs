using Npgsql;

namespace Runbooks.ControlPlane.Storage;

/// <summary>Turns an operator's connection string into the one this product runs on.</summary>
public static class DatabaseConnection
{
    /// <summary>The role that serves requests: reads and writes control, and may only insert and select in audit.</summary>
    public const string AppRole = "runbooks_app";

    /// <summary>The rules every connection follows; what the operator wrote wins except where data could be lost.</summary>
    public static NpgsqlConnectionStringBuilder Ruled(string connectionString)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        Default(given, "Timeout", 3);
        Default(given, "Command Timeout", 10);
        Default(given, "Keepalive", 5);
        Default(given, "Tcp Keepalive", true);
        // Below 10 every expiry of the host cache pays a connect time-out while the first host is dead.
        Default(given, "Host Recheck Seconds", 10);
        Default(given, "Application Name", "runbooks");
        // With the default a cancelled wait for synchronous replication is reported as success.
        given["Cancellation Timeout"] = -1;
        if (given.Host?.Contains(',', StringComparison.Ordinal) == true)
        {
            // Not "primary": during a takeover that one finds the node that is still read-only.
            given["Target Session Attributes"] = "read-write";
        }

        return given;
    }

    public static NpgsqlDataSource OpenOwner(string connectionString)
    {
        var owner = Ruled(connectionString);
        owner.MaxPoolSize = 4;
        return new NpgsqlDataSourceBuilder(owner.ConnectionString).Build();
    }

    /// <summary>Every session starts as <see cref="AppRole"/>, so that even our own bugs cannot edit the audit.</summary>
    public static NpgsqlDataSource OpenApp(string connectionString)
    {
        var app = Ruled(connectionString);
        app.Options = $"{app.Options} -c role={AppRole} -c timezone=UTC".Trim();
        // A reset on return to the pool would drop the role; nothing here leaves session state behind.
        app.NoResetOnClose = true;
        return new NpgsqlDataSourceBuilder(app.ConnectionString).Build();
    }

    private static void Default(NpgsqlConnectionStringBuilder builder, string key, object value)
    {
        if (!builder.ContainsKey(key))
        {
            builder[key] = value;
        }
    }
}
