using System.Buffers;

namespace Runbooks.Wire.Nbd;

/// <summary>What the transport does after an option.</summary>
public enum NbdNegotiationStep
{
    /// <summary>Send the output, read the next option.</summary>
    Continue,

    /// <summary>
    /// Send the output, then run the TLS handshake, then call <see cref="NbdNegotiation.TlsStarted"/>.
    /// </summary>
    StartTls,

    /// <summary>Send the output and begin transmission under <see cref="NbdNegotiation.Terms"/>.</summary>
    Transmit,

    /// <summary>Send the output and close.</summary>
    Close,
}

/// <summary>The server's side of the fixed newstyle handshake, as a machine without sockets.</summary>
/// <remarks>
/// <b>Shape</b>: the transport writes the greeting, reads four bytes for <see cref="AcceptClientFlags"/>, then for each
/// option asks <see cref="Admit"/> whether to read, skip or close, and calls <see cref="OnOption"/> or
/// <see cref="OnSkipped"/>.
/// <b>Threading</b>: one owner.
/// <b>Source</b>: NBD protocol, "Fixed newstyle negotiation". Where TLS is on it is required: an optional upgrade can
/// be stripped by whoever sits in the middle. STARTTLS forgets all that was agreed before it, since that part was
/// readable and writable by others.
/// </remarks>
public sealed class NbdNegotiation(INbdCatalogue catalogue, bool isTlsRequired)
{
    private const string BaseAllocation = "base:allocation";

    private bool _isTlsActive;
    private bool _withZeroes = true;
    private bool _isStructured;
    private string? _contextExport;
    private int _options;

    /// <summary>How to treat an option's data before reading them.</summary>
    public enum Admission
    {
        /// <summary>Read them and call <see cref="OnOption"/>.</summary>
        Read,

        /// <summary>Skip them and call <see cref="OnSkipped"/>.</summary>
        Skip,

        /// <summary>Close without an answer.</summary>
        Close,
    }

    /// <summary>The agreement; null before <see cref="NbdNegotiationStep.Transmit"/>.</summary>
    public NbdSessionTerms? Terms { get; private set; }

    /// <summary>
    /// Takes the client's four bytes of flags; false when they hold unknown bits and the connection must be closed.
    /// </summary>
    public bool AcceptClientFlags(uint flags)
    {
        _withZeroes = (flags & NbdMagic.ClientNoZeroes) == 0;
        return (flags & ~(NbdMagic.ClientFixedNewstyle | NbdMagic.ClientNoZeroes)) == 0;
    }

    /// <summary>To be called when the TLS handshake has succeeded.</summary>
    public void TlsStarted()
    {
        _isTlsActive = true;
        _isStructured = false;
        _contextExport = null;
    }

    /// <summary>Judges an option by its header alone.</summary>
    public Admission Admit(NbdOptionHeader header)
    {
        if (++_options > NbdLimits.OptionsMax || header.Length > NbdLimits.OptionSkipBytesMax)
        {
            return Admission.Close;
        }

        if (header.Option == NbdOption.ExportName)
        {
            return header.Length <= NbdLimits.StringBytesMax ? Admission.Read : Admission.Close;
        }

        return header.Length <= NbdLimits.OptionBytesMax && IsKnown(header.Option) ? Admission.Read : Admission.Skip;
    }

    /// <summary>Answers an option whose data were skipped.</summary>
    public NbdNegotiationStep OnSkipped(NbdOption option, IBufferWriter<byte> output)
    {
        NbdOptionReply reply = IsKnown(option) ? NbdOptionReply.ErrorTooBig : NbdOptionReply.ErrorUnsupported;
        NbdOptionReplies.Write(output, option, reply, IsKnown(option) ? "option data too long" : "unknown option");
        return NbdNegotiationStep.Continue;
    }

    /// <summary>Answers an option.</summary>
    public NbdNegotiationStep OnOption(NbdOption option, ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        if (isTlsRequired && !_isTlsActive && option is not (NbdOption.StartTls or NbdOption.Abort))
        {
            return option == NbdOption.ExportName
                ? NbdNegotiationStep.Close
                : Refuse(output, option, NbdOptionReply.ErrorTlsRequired, "this server speaks TLS only");
        }

        switch (option)
        {
            case NbdOption.ExportName:
                return OnExportName(data, output);
            case NbdOption.Abort:
                NbdOptionReplies.Write(output, option, NbdOptionReply.Ack);
                return NbdNegotiationStep.Close;
            case NbdOption.List:
                return OnList(data, output);
            case NbdOption.StartTls:
                return OnStartTls(data, output);
            case NbdOption.Info or NbdOption.Go:
                return OnInfo(option, data, output);
            case NbdOption.StructuredReply when data.IsEmpty:
                _isStructured = true;
                NbdOptionReplies.Write(output, option, NbdOptionReply.Ack);
                return NbdNegotiationStep.Continue;
            case NbdOption.StructuredReply:
                return Refuse(output, option, NbdOptionReply.ErrorInvalid, "no data expected");
            case NbdOption.ListMetaContext or NbdOption.SetMetaContext:
                return OnMetaContext(option, data, output);
            default:
                return OnSkipped(option, output);
        }
    }

    private static bool IsKnown(NbdOption option) => Enum.IsDefined(option);

    private static NbdNegotiationStep Refuse(
        IBufferWriter<byte> output, NbdOption option, NbdOptionReply reply, string message)
    {
        NbdOptionReplies.Write(output, option, reply, message);
        return NbdNegotiationStep.Continue;
    }

    private NbdNegotiationStep OnExportName(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        if (!NbdOptionData.TryReadName(data, out string? name) || catalogue.Find(name) is not { } export)
        {
            return NbdNegotiationStep.Close;
        }

        Agree(name, export);
        NbdOptionReplies.WriteExportName(output, export.Length, Terms!.Export.Flags, _withZeroes);
        return NbdNegotiationStep.Transmit;
    }

    private NbdNegotiationStep OnList(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        if (!data.IsEmpty)
        {
            return Refuse(output, NbdOption.List, NbdOptionReply.ErrorInvalid, "no data expected");
        }

        foreach (NbdExportFacts export in catalogue.List())
        {
            NbdOptionReplies.WriteServer(output, export.Name, export.Description);
        }

        NbdOptionReplies.Write(output, NbdOption.List, NbdOptionReply.Ack);
        return NbdNegotiationStep.Continue;
    }

    private NbdNegotiationStep OnStartTls(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        if (!data.IsEmpty || _isTlsActive)
        {
            return Refuse(output, NbdOption.StartTls, NbdOptionReply.ErrorInvalid, "STARTTLS takes no data, once");
        }

        if (!isTlsRequired)
        {
            return Refuse(output, NbdOption.StartTls, NbdOptionReply.ErrorPolicy, "TLS is not configured here");
        }

        NbdOptionReplies.Write(output, NbdOption.StartTls, NbdOptionReply.Ack);
        return NbdNegotiationStep.StartTls;
    }

    private NbdNegotiationStep OnInfo(NbdOption option, ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        if (!NbdOptionData.TryReadInfo(data, out string? name, out IReadOnlyList<NbdInfo>? wanted))
        {
            return Refuse(output, option, NbdOptionReply.ErrorInvalid, "malformed option data");
        }

        if (catalogue.Find(name) is not { } export)
        {
            return Refuse(output, option, NbdOptionReply.ErrorUnknown, "no such export");
        }

        NbdOptionReplies.WriteInfoExport(output, option, export.Length, SessionFlags(export));
        if (wanted.Contains(NbdInfo.Name))
        {
            NbdOptionReplies.WriteInfoText(output, option, NbdInfo.Name, export.Name);
        }

        if (wanted.Contains(NbdInfo.Description) && export.Description.Length > 0)
        {
            NbdOptionReplies.WriteInfoText(output, option, NbdInfo.Description, export.Description);
        }

        // Sent unasked too when small requests would be refused: better one reply too many than surprising errors.
        if (wanted.Contains(NbdInfo.BlockSize) || export.BlockSizeMin > 1)
        {
            NbdOptionReplies.WriteInfoBlockSize(
                output, option, export.BlockSizeMin, export.BlockSizePreferred, NbdLimits.BlockSizeMax);
        }

        NbdOptionReplies.Write(output, option, NbdOptionReply.Ack);
        if (option == NbdOption.Info)
        {
            return NbdNegotiationStep.Continue;
        }

        Agree(name, export);
        return NbdNegotiationStep.Transmit;
    }

    private NbdNegotiationStep OnMetaContext(NbdOption option, ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        bool isSet = option == NbdOption.SetMetaContext;
        if (isSet)
        {
            // A failed or repeated choice forgets the earlier one.
            _contextExport = null;
        }

        if (!_isStructured)
        {
            return Refuse(output, option, NbdOptionReply.ErrorInvalid, "ask for structured replies first");
        }

        if (!NbdOptionData.TryReadMetaContext(data, out string? name, out IReadOnlyList<string>? queries))
        {
            return Refuse(output, option, NbdOptionReply.ErrorInvalid, "malformed option data");
        }

        if (catalogue.Find(name) is null)
        {
            return Refuse(output, option, NbdOptionReply.ErrorUnknown, "no such export");
        }

        bool chosen = isSet
            ? queries.Contains(BaseAllocation)
            : queries.Count == 0 || queries.Contains(BaseAllocation) || queries.Contains("base:");
        if (chosen)
        {
            uint id = isSet ? NbdSessionTerms.BaseAllocationId : 0;
            NbdOptionReplies.WriteMetaContext(output, option, id, BaseAllocation);
            _contextExport = isSet ? name : _contextExport;
        }

        NbdOptionReplies.Write(output, option, NbdOptionReply.Ack);
        return NbdNegotiationStep.Continue;
    }

    private void Agree(string requestedName, NbdExportFacts export) => Terms = new NbdSessionTerms(
        export with { Flags = SessionFlags(export) },
        _isStructured,
        _isStructured && _contextExport == requestedName);

    private NbdTransmissionFlags SessionFlags(NbdExportFacts export) =>
        export.Flags | NbdTransmissionFlags.HasFlags | (_isStructured
            ? NbdTransmissionFlags.SendDf : NbdTransmissionFlags.None);
}
