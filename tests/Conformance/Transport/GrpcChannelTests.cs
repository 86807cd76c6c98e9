using System.IO.Compression;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Temporalio.Api.WorkflowService.V1;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Transport;
using StatusCode = Runbooks.Temporal.Exceptions.RpcException.StatusCode;

namespace Runbooks.Tests.Conformance.Transport;

public sealed class GrpcChannelTests
{
    [Fact]
    public async Task Tls_WithOwnAuthorityAndClientCertificate_Connects()
    {
        await using var peer = await TlsPeer.StartAsync(AnswerAsync, tls: true, needsClient: true);
        using var connection = Connect(peer, new()
        {
            ServerRootCACert = peer.Certificates!.RootPem,
            Domain = "the-server",
            ClientCert = peer.Certificates.ClientPem,
            ClientPrivateKey = peer.Certificates.ClientKeyPem,
        });

        Assert.Equal("9.9.9", (await GetInfoAsync(connection)).ServerVersion);
    }

    [Fact]
    public async Task Tls_WithoutTheClientCertificateThePeerNeeds_IsUnavailable()
    {
        await using var peer = await TlsPeer.StartAsync(AnswerAsync, tls: true, needsClient: true);
        using var connection = Connect(peer, new()
        {
            ServerRootCACert = peer.Certificates!.RootPem,
            Domain = "the-server",
        });

        await FailsAsync(StatusCode.Unavailable, connection);
    }

    [Theory]
    [InlineData(true, "another-name")]
    [InlineData(false, "the-server")]
    public async Task Tls_OfAServerThatCannotProveItsName_IsRefused(bool trustsRoot, string name)
    {
        await using var peer = await TlsPeer.StartAsync(AnswerAsync, tls: true);
        using var connection = Connect(peer, new()
        {
            ServerRootCACert = trustsRoot ? peer.Certificates!.RootPem : null,
            Domain = name,
        });

        await FailsAsync(StatusCode.Unavailable, connection);
    }

    [Fact]
    public async Task Tls_WithAnOwnCheck_AsksIt()
    {
        await using var peer = await TlsPeer.StartAsync(AnswerAsync, tls: true);
        using var connection = Connect(peer, new()
        {
            ServerCertificateValidation = (_, certificate, _, _) =>
                certificate?.GetCertHashString() == peer.Certificates!.Server.Thumbprint,
        });

        Assert.Equal("9.9.9", (await GetInfoAsync(connection)).ServerVersion);
    }

    [Fact]
    public async Task Headers_CarryDeadlineNamespaceKeyAndMetadata()
    {
        IHeaderDictionary? seen = null;
        await using var peer = await TlsPeer.StartAsync(context =>
        {
            seen = new HeaderDictionary(
                context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase));
            return AnswerAsync(context);
        });
        using var connection = TemporalConnection.CreateLazy(new(peer.Address)
        {
            ApiKey = "key",
            Tls = new() { Disabled = true },
            RpcMetadata = [new("site", "a"), new("kept", "yes")],
        });

        await connection.WorkflowService.CallAsync(
            "DescribeNamespace",
            new DescribeNamespaceRequest { Namespace = "here" },
            GetSystemInfoResponse.Parser,
            new()
            {
                Timeout = TimeSpan.FromSeconds(5),
                Metadata = [new("site", "b")],
                BinaryMetadata = [new("blob-bin", [1, 2])],
            });

        Assert.Equal("5000000u", seen!["grpc-timeout"]);
        Assert.Equal("here", seen["temporal-namespace"]);
        Assert.Equal("Bearer key", seen.Authorization);
        Assert.Equal("b", seen["site"]);
        Assert.Equal("yes", seen["kept"]);
        Assert.Equal("AQI=", seen["blob-bin"]);
        Assert.Equal("trailers", seen.TE);
        Assert.Equal("application/grpc", seen.ContentType);
    }

    [Fact]
    public async Task CompressedAnswer_IsRead()
    {
        await using var peer = await TlsPeer.StartAsync(context => AnswerAsync(context, gzip: true));
        using var connection = Connect(peer);

        Assert.Equal("9.9.9", (await GetInfoAsync(connection)).ServerVersion);
    }

    [Fact]
    public async Task TrailersOnlyAnswer_IsItsStatus()
    {
        await using var peer = await TlsPeer.StartAsync(context =>
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = "9";
            context.Response.Headers["grpc-message"] = "not%20now";
            return Task.CompletedTask;
        });
        using var connection = Connect(peer);

        var error = await FailsAsync(StatusCode.FailedPrecondition, connection);

        Assert.Equal("not now", error.Message);
    }

    [Fact]
    public async Task AnswerOfAProxy_IsUnavailable()
    {
        await using var peer = await TlsPeer.StartAsync(context =>
        {
            context.Response.StatusCode = 503;
            return context.Response.WriteAsync("<html>");
        });
        using var connection = Connect(peer);

        await FailsAsync(StatusCode.Unavailable, connection);
    }

    [Fact]
    public async Task StreamCutByThePeer_IsAnError()
    {
        await using var peer = await TlsPeer.StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        using var connection = Connect(peer);

        var error = await Assert.ThrowsAsync<RpcException>(() => GetInfoAsync(connection));

        Assert.True(RpcBackoff.IsRetryable(error.Code, isLongPoll: false));
    }

    [Fact]
    public async Task PeerThatNeverAnswers_EndsWithTheDeadline()
    {
        await using var peer = await TlsPeer.StartAsync(context => NeverAsync(context.RequestAborted));
        using var connection = Connect(peer);

        var error = await Assert.ThrowsAsync<RpcException>(() => connection.WorkflowService.GetSystemInfoAsync(
            new(), new() { Timeout = TimeSpan.FromMilliseconds(50) }));

        Assert.Equal(StatusCode.DeadlineExceeded, error.Code);
    }

    [Fact]
    public async Task FailingCalls_AreRetriedUntilOneSucceeds()
    {
        var calls = 0;
        await using var peer = await TlsPeer.StartAsync(context =>
        {
            if (Interlocked.Increment(ref calls) < 4)
            {
                context.Response.ContentType = "application/grpc";
                context.Response.Headers["grpc-status"] = "14";
                return Task.CompletedTask;
            }

            return AnswerAsync(context);
        });
        using var connection = TemporalConnection.CreateLazy(new(peer.Address)
        {
            RpcRetry = new() { InitialInterval = TimeSpan.FromMilliseconds(1) },
        });

        var info = await connection.WorkflowService.GetSystemInfoAsync(new(), new() { Retry = true });

        Assert.Equal("9.9.9", info.ServerVersion);
        Assert.Equal(4, calls);
    }

    [Fact]
    public async Task ManyLongCalls_FitBesideEachOther()
    {
        var waiting = 0;
        var all = new TaskCompletionSource();
        await using var peer = await TlsPeer.StartAsync(async context =>
        {
            if (Interlocked.Increment(ref waiting) == 250)
            {
                all.SetResult();
            }

            await all.Task;
            await AnswerAsync(context);
        });
        using var connection = Connect(peer);

        // Kestrel allows 100 streams a connection: the pool must open more by itself.
        var answers = await Task.WhenAll(Enumerable.Range(0, 250).Select(_ => GetInfoAsync(connection)));

        Assert.All(answers, answer => Assert.Equal("9.9.9", answer.ServerVersion));
    }

    private static TemporalConnection Connect(TlsPeer peer, TlsOptions? tls = null) =>
        TemporalConnection.CreateLazy(new(peer.Address) { Tls = tls });

    private static Task<GetSystemInfoResponse> GetInfoAsync(TemporalConnection connection) =>
        connection.WorkflowService.GetSystemInfoAsync(new());

    private static async Task<RpcException> FailsAsync(StatusCode code, TemporalConnection connection)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => GetInfoAsync(connection));
        Assert.Equal(code, error.Code);
        return error;
    }

    private static async Task NeverAsync(CancellationToken cancellationToken) =>
        await Task.Delay(Timeout.Infinite, cancellationToken);

    private static Task AnswerAsync(HttpContext context) => AnswerAsync(context, gzip: false);

    private static async Task AnswerAsync(HttpContext context, bool gzip)
    {
        var body = new GetSystemInfoResponse { ServerVersion = "9.9.9" }.ToByteArray();
        if (gzip)
        {
            using var compressed = new MemoryStream();
            await using (var stream = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            {
                await stream.WriteAsync(body);
            }

            body = compressed.ToArray();
            context.Response.Headers["grpc-encoding"] = "gzip";
        }

        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(
            new byte[] { gzip ? (byte)1 : (byte)0, 0, 0, 0, (byte)body.Length });
        await context.Response.Body.WriteAsync(body);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
