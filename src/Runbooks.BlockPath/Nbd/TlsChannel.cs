using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Runbooks.BlockPath.Storage;

namespace Runbooks.BlockPath.Nbd;

/// <summary>
/// An encrypted channel. SslStream allows one reader and one writer at a time, which is how sessions use it.
/// </summary>
internal sealed unsafe class TlsChannel : ByteChannel
{
    private readonly SocketChannel _plain;
    private readonly SslStream _tls;
    private readonly byte[] _record = new byte[16 << 10];

    private TlsChannel(SocketChannel plain, SslStream tls)
    {
        _plain = plain;
        _tls = tls;
    }

    public X509Certificate2? ClientCertificate => _tls.RemoteCertificate as X509Certificate2;

    /// <summary>Runs the server's handshake; null when it fails, for whatever reason the client has.</summary>
    public static TlsChannel? TryAccept(SocketChannel plain, NbdTlsOptions options, out string? failure)
    {
        SslStream tls = new(new SocketChannelStream(plain), leaveInnerStreamOpen: true);
        try
        {
            tls.AuthenticateAsServer(options.ToAuthenticationOptions());
            failure = null;
            return new TlsChannel(plain, tls);
        }
        catch (Exception broken) when (broken is IOException or AuthenticationException or InvalidOperationException)
        {
            failure = broken.InnerException?.Message ?? broken.Message;
            tls.Dispose();
            return null;
        }
    }

    public override int Receive(byte* destination, int capacity)
    {
        try
        {
            return _tls.Read(new Span<byte>(destination, capacity));
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException or InvalidOperationException)
        {
            return 0;
        }
    }

    public override bool Send(IoVector* vectors, int count)
    {
        try
        {
            int filled = 0;
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> part = new(vectors[i].Start, (int)vectors[i].Length);
                // Small parts share a TLS record: a record costs a header, a tag and a system call.
                if (part.Length > _record.Length - filled)
                {
                    _tls.Write(_record.AsSpan(0, filled));
                    filled = 0;
                }

                if (part.Length > _record.Length)
                {
                    _tls.Write(part);
                }
                else
                {
                    part.CopyTo(_record.AsSpan(filled));
                    filled += part.Length;
                }
            }

            _tls.Write(_record.AsSpan(0, filled));
            return true;
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException or InvalidOperationException)
        {
            return false;
        }
    }

    public override long TrySend(IoVector* vectors, int count) => 0;

    public override void StopReceiving() => _plain.StopReceiving();

    public override void Abort() => _plain.Abort();

    public override void Dispose()
    {
        _tls.Dispose();
        _plain.Dispose();
    }
}
