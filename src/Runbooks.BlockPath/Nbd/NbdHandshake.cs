using System.Buffers;
using System.Buffers.Binary;
using Runbooks.Wire.Nbd;

namespace Runbooks.BlockPath.Nbd;

/// <summary>
/// Runs the handshake of one connection over its channel; the decisions are <see cref="NbdNegotiation"/>'s.
/// </summary>
internal sealed class NbdHandshake(
    SocketChannel plain, string address, NbdExportTable exports, NbdServerOptions options) : INbdCatalogue
{
    private NbdClient _client = new(address, null);

    /// <summary>The channel to go on with: the plain one, or the encrypted one on top of it.</summary>
    public ByteChannel Channel { get; private set; } = plain;

    public NbdClient Client => _client;

    /// <summary>What went wrong, for the log; null when the client just left.</summary>
    public string? Failure { get; private set; }

    /// <summary>The agreement, or null when the connection is to be closed.</summary>
    public NbdSessionTerms? Run()
    {
        NbdNegotiation negotiation = new(this, options.Tls is not null);
        ArrayBufferWriter<byte> output = new(512);
        NbdOptionReplies.WriteGreeting(output);
        if (!Channel.Send(output.WrittenSpan))
        {
            return null;
        }

        Span<byte> header = stackalloc byte[NbdOptionHeader.Size];
        if (!Channel.ReceiveAll(header[..4]))
        {
            return null;
        }

        if (!negotiation.AcceptClientFlags(BinaryPrimitives.ReadUInt32BigEndian(header)))
        {
            Failure = "unknown client flags";
            return null;
        }

        while (Channel.ReceiveAll(header))
        {
            if (!NbdOptionHeader.TryRead(header, out NbdOptionHeader option))
            {
                Failure = "not an option";
                return null;
            }

            output.ResetWrittenCount();
            if (Answer(negotiation, option, output) is not { } step)
            {
                return null;
            }

            if (!Channel.Send(output.WrittenSpan) || step == NbdNegotiationStep.Close)
            {
                return null;
            }

            if (step == NbdNegotiationStep.Transmit)
            {
                return negotiation.Terms;
            }

            if (step == NbdNegotiationStep.StartTls && !TryStartTls(negotiation))
            {
                return null;
            }
        }

        return null;
    }

    NbdExportFacts? INbdCatalogue.Find(string name) =>
        exports.Find(name) is { } export && MayUse(export) ? export.Facts : null;

    IReadOnlyList<NbdExportFacts> INbdCatalogue.List() =>
        [.. exports.All.Where(MayUse).Select(export => export.Facts)];

    private bool MayUse(NbdExport export) =>
        !export.Closed.IsCancellationRequested && (options.Authorizer?.MayUse(_client, export) ?? true);

    private NbdNegotiationStep? Answer(NbdNegotiation negotiation, NbdOptionHeader option,
        ArrayBufferWriter<byte> output)
    {
        switch (negotiation.Admit(option))
        {
            case NbdNegotiation.Admission.Read:
                byte[] data = ArrayPool<byte>.Shared.Rent((int)option.Length);
                try
                {
                    return Channel.ReceiveAll(data.AsSpan(0, (int)option.Length))
                        ? negotiation.OnOption(option.Option, data.AsSpan(0, (int)option.Length), output)
                        : null;
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(data);
                }

            case NbdNegotiation.Admission.Skip:
                return Channel.Skip(option.Length) ? negotiation.OnSkipped(option.Option, output) : null;
            default:
                Failure = $"option {(uint)option.Option} of {option.Length} bytes";
                return null;
        }
    }

    private bool TryStartTls(NbdNegotiation negotiation)
    {
        TlsChannel? tls = TlsChannel.TryAccept(plain, options.Tls!, out string? failure);
        if (tls is null)
        {
            Failure = $"TLS: {failure}";
            return false;
        }

        Channel = tls;
        _client = _client with { Certificate = tls.ClientCertificate };
        negotiation.TlsStarted();
        return true;
    }
}
