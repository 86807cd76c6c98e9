using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Runbooks.Engine.Rpc;

namespace Runbooks.Engine.Grpc;

/// <summary>
/// Serves a method table on listeners of its own, for engines that run without a control plane around them.
/// </summary>
public sealed class EngineServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _draining;

    private EngineServer(WebApplication app, CancellationTokenSource draining)
    {
        _app = app;
        _draining = draining;
    }

    /// <summary>The addresses served, with real ports where 0 was asked for, in the listeners' order.</summary>
    public IReadOnlyList<IPEndPoint> Addresses { get; private init; } = [];

    /// <exception cref="IOException">An address is in use.</exception>
    public static async Task<EngineServer> StartAsync(
        RpcTable table, IReadOnlyList<EngineListener> listeners, ILoggerFactory? logs = null,
        EngineEndpointOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new EngineEndpointOptions();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (logs is not null)
        {
            builder.Services.AddSingleton(logs);
        }
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.ApplyEngineLimits(options.RequestBytesMax);
            foreach (var listener in listeners)
            {
                kestrel.Listen(listener.Address, endpoint => Configure(endpoint, listener));
            }
        });
        var app = builder.Build();
        var draining = CancellationTokenSource.CreateLinkedTokenSource(options.Draining);
        app.MapEngine(table, options with { Draining = draining.Token });
        try
        {
            await app.StartAsync(cancel);
        }
        catch
        {
            await app.DisposeAsync();
            draining.Dispose();
            throw;
        }
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return new EngineServer(app, draining)
        {
            Addresses = bound.Select(address => IPEndPoint.Parse(new Uri(address).Authority)).ToList(),
        };
    }

    /// <summary>Ends held polls, lets running calls finish, closes connections.</summary>
    public async Task StopAsync()
    {
        await _draining.CancelAsync();
        await _app.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _app.DisposeAsync();
        _draining.Dispose();
    }

    private static void Configure(ListenOptions endpoint, EngineListener listener)
    {
        endpoint.Protocols = HttpProtocols.Http2;
        if (listener.Certificate is null)
        {
            return;
        }
        endpoint.UseHttps(listener.Certificate, https =>
        {
            https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
            if (listener.ClientAuthorities is { } authorities)
            {
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (certificate, _, _) => IsUnder(certificate, authorities);
            }
        });
    }

    private static bool IsUnder(X509Certificate2 certificate, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        // The product's own authority publishes no revocation list; certificates are short-lived instead.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.2"));
        return chain.Build(certificate);
    }
}
