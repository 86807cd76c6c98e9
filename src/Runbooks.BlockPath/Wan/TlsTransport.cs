using System.Net.Security;
using System.Net.Sockets;
using Runbooks.BlockPath.Storage;

namespace Runbooks.BlockPath.Wan;

/// <summary>A TLS 1.3 connection with a certificate at each end.</summary>
internal sealed unsafe class TlsTransport(Socket socket, SslStream stream, string site) : WanTransport(socket)
{
    // A TLS record holds 16 KiB; writing 256 KiB at once keeps the copies long and the calls few.
    private readonly byte[] staging = new byte[256 * 1024];

    // SslStream has no write that never waits, so every send goes through the sender thread.
    public override bool CanTrySend => false;

    public override string CertifiedSite => site;

    public override int Receive(Span<byte> buffer) => stream.Read(buffer);

    public override bool TrySend(SendBatch batch) => batch.IsSent;

    public override void Send(SendBatch batch)
    {
        Span<IoVector> vectors = stackalloc IoVector[64];
        while (!batch.IsSent)
        {
            var count = batch.Fill(vectors);
            var filled = 0;
            for (var i = 0; i < count && filled < staging.Length; i++)
            {
                var take = (int)Math.Min(vectors[i].Length, staging.Length - filled);
                new ReadOnlySpan<byte>(vectors[i].Start, take).CopyTo(staging.AsSpan(filled));
                filled += take;
            }

            stream.Write(staging, 0, filled);
            batch.Advance(filled);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        stream.Dispose();
    }
}
