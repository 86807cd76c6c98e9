using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Npgsql;
using Runbooks.Audit;
using Runbooks.ControlPlane.Agents;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Recording;
using Runbooks.ControlPlane.Security.Pki;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Hosting;

/// <summary>One running control plane. Made of a database that is migrated, keys that are there, and a web application.</summary>
/// <remarks>
/// Start order, each part needing the ones before: database (private cluster or given), migrations, installation id,
/// keys, first administrator, listeners, background work. Everything is safe to repeat after a kill at any point.
/// </remarks>
public sealed class ControlPlaneHost : IAsyncDisposable
{
    private const long BodyBytesMax = 1 << 20;
    private readonly List<IAsyncDisposable> _owned;

    private ControlPlaneHost(WebApplication app, List<IAsyncDisposable> owned)
    {
        App = app;
        _owned = owned;
    }

    public WebApplication App { get; }

    public Addresses Addresses => App.Services.GetRequiredService<Addresses>();

    public static async Task<ControlPlaneHost> StartAsync(
        ControlPlaneOptions options, CancellationToken cancel = default)
    {
        var owned = new List<IAsyncDisposable>();
        try
        {
            RequireFreeEnginePort(options);
            KeyFile.CreateFolder(options.Data);
            var connection = options.Postgres ?? await StartClusterAsync(options, owned, cancel);
            await MigrateAsync(connection, cancel);
            var app = await BuildAsync(options, connection, owned, cancel);
            owned.Add(app);
            await app.StartAsync(cancel);
            return new ControlPlaneHost(app, owned);
        }
        catch
        {
            await DisposeAsync(owned);
            throw;
        }
    }

    public static string AdminTokenFile(ControlPlaneOptions options) => FirstStart.TokenFile(options.Data);

    /// <summary>Says which migrations a start would run, and changes nothing but the private cluster's being there.</summary>
    public static async Task<int> ShowMigrationsAsync(ControlPlaneOptions options, TextWriter output, CancellationToken cancel)
    {
        var owned = new List<IAsyncDisposable>();
        try
        {
            KeyFile.CreateFolder(options.Data);
            var connection = options.Postgres ?? await StartClusterAsync(options, owned, cancel);
            await using var owner = DatabaseConnection.OpenOwner(connection);
            var pending = await new MigrationRunner(owner, MigrationRunner.All).RunAsync(dryRun: true, cancel);
            foreach (var migration in pending)
            {
                await output.WriteLineAsync($"would apply {migration.Room}/{migration.Name} {migration.Checksum[..12]}");
            }

            await output.WriteLineAsync(pending.Count == 0 ? "the schema is up to date" : $"{pending.Count} to apply");
            return 0;
        }
        finally
        {
            await DisposeAsync(owned);
        }
    }

    public Task WaitAsync(CancellationToken cancel) => App.WaitForShutdownAsync(cancel);

    public async ValueTask DisposeAsync()
    {
        // Background work ends before what it works with goes away.
        await App.StopAsync();
        await DisposeAsync(_owned);
    }

    private static async ValueTask DisposeAsync(List<IAsyncDisposable> owned)
    {
        for (var i = owned.Count - 1; i >= 0; i--)
        {
            await owned[i].DisposeAsync();
        }

        owned.Clear();
    }

    // The engine's listener comes and goes with its terms, and a term that cannot listen is tried again. A port that is
    // taken before the first one is the starter's mistake, and is said to the starter.
    private static void RequireFreeEnginePort(ControlPlaneOptions options)
    {
        if (!options.Roles.HasFlag(ControlPlaneRoles.Engine) || options.Temporal is not null
            || options.EngineListen is not { Port: > 0 } listen)
        {
            return;
        }

        try
        {
            using var probe = new TcpListener(listen.Address, listen.Port);
            probe.Start();
        }
        catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new IOException(
                $"Failed to bind to address {listen}: address already in use.",
                new AddressInUseException(taken.Message, taken));
        }
    }

    private static async Task<string> StartClusterAsync(
        ControlPlaneOptions options, List<IAsyncDisposable> owned, CancellationToken cancel)
    {
        var cluster = await PrivateCluster.StartAsync(
            new PrivateClusterOptions
            {
                DataFolder = Path.Combine(options.Data, "database"),
                Progress = line => Console.Error.WriteLine(line),
            },
            cancel);
        owned.Add(cluster);
        return await cluster.EnsureDatabaseAsync("runbooks", cancel);
    }

    private static async Task MigrateAsync(string connection, CancellationToken cancel)
    {
        await using var owner = DatabaseConnection.OpenOwner(connection);
        await new MigrationRunner(owner, MigrationRunner.All).RunAsync(cancel: cancel);
    }

    private static async Task<WebApplication> BuildAsync(
        ControlPlaneOptions options, string connection, List<IAsyncDisposable> owned, CancellationToken cancel)
    {
        var source = DatabaseConnection.OpenApp(connection);
        owned.Add(source);
        var database = new Database(source);
        var chain = await FirstStart.ClusterIdAsync(database, cancel);
        var pulse = new EventPulse();
        var writer = new AuditWriter(chain);
        var changes = new ChangeWriter(database, writer, pulse);
        await FirstStart.EnsureAdminAsync(database, changes, options.Data, cancel);

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            WebRootPath = options.WebRoot,
        });
        builder.Logging.ClearProviders().AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Runbooks.Engine", LogLevel.Warning).AddFilter("Runbooks.Temporal", LogLevel.Warning);
        var services = builder.Services;
        services.AddSingleton(options).AddSingleton(TimeProvider.System).AddSingleton(source).AddSingleton(database)
            .AddSingleton(pulse).AddSingleton(writer).AddSingleton(changes).AddSingleton(ControlPlaneInstance.New())
            .AddSingleton(new EngineConnection(connection));
        Listen(builder, options, AddKeys(services, options));
        Parts.Add(services, options, chain);
        ApiSurface.AddTo(services);
        var app = builder.Build();
        ApiSurface.Use(app);
        return app;
    }

    private static ServerCertificate AddKeys(IServiceCollection services, ControlPlaneOptions options)
    {
        var pki = Path.Combine(options.Data, "pki");
        var kek = Environment.GetEnvironmentVariable("RUNBOOKS_KEK_FILE") ?? Path.Combine(options.Data, "keys", "kek");
        var envelope = EnvelopeKey.LoadOrCreate(kek);
        var authority = CertificateAuthority.LoadOrCreate(pki, envelope, TimeProvider.System);
        var server = new ServerCertificate(authority, options.ServerNames, TimeProvider.System);
        services.AddSingleton(envelope).AddSingleton(authority).AddSingleton(server)
            .AddSingleton(AuditOffice.LoadOrCreateSigner(pki, envelope))
            .AddSingleton(new HeadFile(Path.Combine(options.Data, "audit", "heads.jsonl")));
        return server;
    }

    private static void Listen(WebApplicationBuilder builder, ControlPlaneOptions options, ServerCertificate server) =>
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyBytesMax;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 10_000;
            kestrel.Limits.Http2.InitialConnectionWindowSize = 4 << 20;
            kestrel.Limits.Http2.InitialStreamWindowSize = 1 << 20;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            kestrel.Listen(options.ApiListen.Address, options.ApiListen.Port, listen =>
            {
                if (!options.ApiListen.IsLoopback)
                {
                    listen.UseHttps(https => Secure(https, server, ClientCertificateMode.NoCertificate));
                }
            });
            kestrel.Listen(options.AgentListen.Address, options.AgentListen.Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.Use(next => connection =>
                {
                    connection.Items[AgentPort.Marker] = true;
                    return next(connection);
                });
                listen.UseHttps(https =>
                {
                    Secure(https, server, ClientCertificateMode.AllowCertificate);
                    https.SslProtocols = SslProtocols.Tls13;
                    // Judged by AgentGate, which can say why.
                    https.AllowAnyClientCertificate();
                });
            });
        });

    private static void Secure(HttpsConnectionAdapterOptions https, ServerCertificate server, ClientCertificateMode mode)
    {
        https.ServerCertificateSelector = (_, _) => server.Current;
        https.ClientCertificateMode = mode;
        https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        https.HandshakeTimeout = TimeSpan.FromSeconds(10);
    }
}
