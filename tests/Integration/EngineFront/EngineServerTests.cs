using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Health.V1;
using Runbooks.Engine.Grpc;
using Runbooks.Engine.Rpc;
using Temporalio.Api.ErrorDetails.V1;

namespace Runbooks.Tests.Integration.EngineFront;

public sealed class EngineServerTests
{
    private const string Check = "/grpc.health.v1.Health/Check";

    [Fact]
    public async Task Call_PlainAndGzipped_IsAnswered()
    {
        await using var server = await ServeAsync();
        using var client = Client();
        Assert.Equal("0", (await CallAsync(client, server, Check, Frame(new HealthCheckRequest(), gzip: false))).Status);
        Assert.Equal("0", (await CallAsync(client, server, Check, Frame(new HealthCheckRequest(), gzip: true))).Status);
    }

    [Fact]
    public async Task Call_UnknownMethod_IsUnimplementedWithoutABody()
    {
        await using var server = await ServeAsync();
        using var client = Client();
        var answer = await CallAsync(client, server, "/no.such.Service/Method", Frame(new HealthCheckRequest(), false));
        Assert.Equal("12", answer.Status);
        Assert.Empty(answer.Body);
    }

    [Fact]
    public async Task Fault_WithADetail_TravelsInTheHeaders()
    {
        await using var server = await ServeAsync(table => table.Add<HealthCheckRequest, HealthCheckResponse>(
            "/x.Y/Refuse", (_, _) => throw new RpcFault(
                RpcStatus.NotFound, "naïve: 100% gone", new NamespaceNotFoundFailure { Namespace = "n" })));
        using var client = Client();
        var answer = await CallAsync(client, server, "/x.Y/Refuse", Frame(new HealthCheckRequest(), false));
        Assert.Equal("5", answer.Status);
        Assert.Equal("na%C3%AFve: 100%25 gone", answer.Message);
        var padded = answer.Details!.PadRight((answer.Details!.Length + 3) / 4 * 4, '=');
        var status = Google.Rpc.Status.Parser.ParseFrom(Convert.FromBase64String(padded));
        Assert.Equal("n", status.Details[0].Unpack<NamespaceNotFoundFailure>().Namespace);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 }, "3")]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 0xFF }, "3")]
    [InlineData(new byte[] { 1, 0, 0, 0, 1, 0xFF }, "3")]
    [InlineData(new byte[] { 7, 0, 0, 0, 0 }, "3")]
    [InlineData(new byte[] { 0, 0xFF, 0, 0, 0 }, "8")]
    public async Task Frame_Malformed_IsRefusedAndTheConnectionLivesOn(byte[] frame, string status)
    {
        await using var server = await ServeAsync();
        using var client = Client();
        Assert.Equal(status, (await CallAsync(client, server, Check, frame)).Status);
        Assert.Equal("0", (await CallAsync(client, server, Check, Frame(new HealthCheckRequest(), false))).Status);
    }

    [Fact]
    public async Task Handler_Throwing_IsInternalWithAReportAndWithoutTheText()
    {
        await using var server = await ServeAsync(table => table.Add<HealthCheckRequest, HealthCheckResponse>(
            "/x.Y/Break", (_, _) => throw new InvalidOperationException("secret")));
        using var client = Client();
        var answer = await CallAsync(client, server, "/x.Y/Break", Frame(new HealthCheckRequest(), false));
        Assert.Equal("13", answer.Status);
        Assert.DoesNotContain("secret", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Poll_WhoseCallerGoesAway_IsCancelled()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var polling = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ServeAsync(table => table.Add<HealthCheckRequest, HealthCheckResponse>(
            "/x.Y/Poll", async (_, call) =>
            {
                await using var registration = call.Cancelled.Register(cancelled.SetResult);
                polling.SetResult();
                await cancelled.Task;
                throw new OperationCanceledException(call.Cancelled);
            }));
        using var client = Client();
        using var leave = new CancellationTokenSource();
        var poll = CallAsync(client, server, "/x.Y/Poll", Frame(new HealthCheckRequest(), false), cancel: leave.Token);
        await polling.Task;
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => poll);
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Poll_WhenTheServerStops_AnswersUnavailable()
    {
        var polling = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ServeAsync(table => table.Add<HealthCheckRequest, HealthCheckResponse>(
            "/x.Y/Poll", async (_, call) =>
            {
                polling.SetResult();
                await Task.Delay(Timeout.Infinite, call.Cancelled);
                throw new InvalidOperationException();
            }));
        using var client = Client();
        var poll = CallAsync(client, server, "/x.Y/Poll", Frame(new HealthCheckRequest(), false));
        await polling.Task;
        await server.StopAsync();
        Assert.Equal("14", (await poll).Status);
    }

    [Fact]
    public async Task Tls_WithClientAuthorities_TakesOnlyTheirCertificatesAndKnowsTheCaller()
    {
        using var authority = Authority();
        using var serverCertificate = Issued(authority, "CN=engine", server: true);
        using var member = Issued(authority, "CN=site-a", server: false);
        using var otherAuthority = Authority();
        using var stranger = Issued(otherAuthority, "CN=site-x", server: false);
        var listener = new EngineListener(new IPEndPoint(IPAddress.Loopback, 0))
        {
            Certificate = serverCertificate,
            ClientAuthorities = [authority],
        };
        string? seen = null;
        await using var server = await ServeAsync(
            table => table.Add<HealthCheckRequest, HealthCheckResponse>("/x.Y/Who", (_, call) =>
            {
                seen = call.Principal;
                return Task.FromResult(new HealthCheckResponse());
            }), listener);
        using var known = Client(member);
        Assert.Equal("0", (await CallAsync(known, server, "/x.Y/Who", Frame(new HealthCheckRequest(), false), scheme: "https")).Status);
        Assert.Equal("CN=site-a", seen);
        foreach (var outsider in new[] { null, stranger })
        {
            using var refused = Client(outsider);
            await Assert.ThrowsAsync<HttpRequestException>(() =>
                CallAsync(refused, server, "/x.Y/Who", Frame(new HealthCheckRequest(), false), scheme: "https"));
        }
    }

    [Fact]
    public async Task Authorise_SayingNo_IsTheAnswer()
    {
        await using var server = await ServeAsync(options: new EngineEndpointOptions
        {
            Authorise = (_, path, _) => new RpcFault(RpcStatus.PermissionDenied, $"not {path}"),
        });
        using var client = Client();
        Assert.Equal("7", (await CallAsync(client, server, Check, Frame(new HealthCheckRequest(), false))).Status);
    }

    private sealed record Answer(string? Status, string? Message, string? Details, byte[] Body);

    private static Task<EngineServer> ServeAsync(
        Action<RpcTable>? more = null, EngineListener? listener = null, EngineEndpointOptions? options = null)
    {
        var table = new RpcTable();
        new HealthModule(() => true).Register(table);
        more?.Invoke(table);
        return EngineServer.StartAsync(
            table, [listener ?? new EngineListener(new IPEndPoint(IPAddress.Loopback, 0))], options: options);
    }

    private static HttpMessageInvoker Client(X509Certificate2? certificate = null)
    {
        var handler = new SocketsHttpHandler();
        // The certificate under test is the client's; the server's is issued by an authority no store knows.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.Subject == "CN=engine";
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificates = [certificate];
        }
        return new HttpMessageInvoker(handler);
    }

    private static async Task<Answer> CallAsync(
        HttpMessageInvoker client, EngineServer server, string path, byte[] frame, string scheme = "http",
        CancellationToken cancel = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{scheme}://{server.Addresses[0]}{path}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var response = await client.SendAsync(request, cancel);
        var body = await response.Content.ReadAsByteArrayAsync(cancel);
        return new Answer(Value("grpc-status"), Value("grpc-message"), Value("grpc-status-details-bin"), body);

        string? Value(string name) =>
            response.Headers.TryGetValues(name, out var early) ? early.Single()
            : response.TrailingHeaders.TryGetValues(name, out var late) ? late.Single() : null;
    }

    private static byte[] Frame(IMessage message, bool gzip)
    {
        var body = message.ToByteArray();
        if (gzip)
        {
            using var packed = new MemoryStream();
            using (var stream = new GZipStream(packed, CompressionLevel.Fastest))
            {
                stream.Write(body);
            }
            body = packed.ToArray();
        }
        var frame = new byte[5 + body.Length];
        frame[0] = gzip ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), body.Length);
        body.CopyTo(frame, 5);
        return frame;
    }

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=authority-{Guid.NewGuid():N}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
    }

    private static X509Certificate2 Issued(X509Certificate2 authority, string subject, bool server)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid(server ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2")], false));
        using var issued = request.Create(
            authority, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddMinutes(30),
            RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}
