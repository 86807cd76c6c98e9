namespace Runbooks.Wire.Nbd;

/// <summary>Decides whether a request may be tried at all, before it has any effect.</summary>
/// <remarks>
/// <b>Source</b>: NBD protocol, "Request types" and "Error values". Beyond the end a WRITE or WRITE_ZEROES is ENOSPC,
/// as a disk that is full would say, anything else EINVAL. A request of no bytes is served and does nothing, except
/// BLOCK_STATUS, whose answer cannot be empty.
/// </remarks>
public static class NbdRequestRules
{
    /// <summary>The error to answer, or <see cref="NbdError.None"/> to go on.</summary>
    public static NbdError Check(in NbdRequestHeader request, NbdSessionTerms terms)
    {
        NbdTransmissionFlags can = terms.Export.Flags;
        if (!IsOffered(request.Command, terms) || !AreFlagsAllowed(request, terms))
        {
            return NbdError.Invalid;
        }

        bool isWrite = request.Command is NbdCommand.Write or NbdCommand.Trim or NbdCommand.WriteZeroes;
        if (isWrite && (can & NbdTransmissionFlags.ReadOnly) != 0)
        {
            return NbdError.NotPermitted;
        }

        if (request.Command == NbdCommand.Flush)
        {
            return request.Offset == 0 && request.Length == 0 ? NbdError.None : NbdError.Invalid;
        }

        if (request.Offset > terms.Export.Length || request.Length > terms.Export.Length - request.Offset)
        {
            return request.Command is NbdCommand.Write or NbdCommand.WriteZeroes ? NbdError.NoSpace : NbdError.Invalid;
        }

        bool hasPayload = request.Command is NbdCommand.Read or NbdCommand.Write;
        if (hasPayload && request.Length > NbdLimits.PayloadBytesMax)
        {
            return NbdError.Invalid;
        }

        if (request.Command == NbdCommand.BlockStatus && request.Length == 0)
        {
            return NbdError.Invalid;
        }

        uint unaligned = terms.Export.BlockSizeMin - 1;
        return ((uint)request.Offset & unaligned) == 0
            && (request.Length & unaligned) == 0 ? NbdError.None : NbdError.Invalid;
    }

    private static bool IsOffered(NbdCommand command, NbdSessionTerms terms)
    {
        NbdTransmissionFlags can = terms.Export.Flags;
        return command switch
        {
            NbdCommand.Read or NbdCommand.Write => true,
            NbdCommand.Flush => (can & NbdTransmissionFlags.SendFlush) != 0,
            NbdCommand.Trim => (can & NbdTransmissionFlags.SendTrim) != 0,
            NbdCommand.WriteZeroes => (can & NbdTransmissionFlags.SendWriteZeroes) != 0,
            NbdCommand.Cache => (can & NbdTransmissionFlags.SendCache) != 0,
            NbdCommand.BlockStatus => terms.BaseAllocation,
            _ => false,
        };
    }

    private static bool AreFlagsAllowed(in NbdRequestHeader request, NbdSessionTerms terms)
    {
        NbdTransmissionFlags can = terms.Export.Flags;
        NbdCommandFlags allowed = (can & NbdTransmissionFlags.SendFua) != 0
            ? NbdCommandFlags.Fua : NbdCommandFlags.None;
        allowed |= request.Command switch
        {
            NbdCommand.Read when (can & NbdTransmissionFlags.SendDf) != 0 => NbdCommandFlags.DontFragment,
            NbdCommand.WriteZeroes when (can & NbdTransmissionFlags.SendFastZero) != 0 =>
                NbdCommandFlags.NoHole | NbdCommandFlags.FastZero,
            NbdCommand.WriteZeroes => NbdCommandFlags.NoHole,
            NbdCommand.BlockStatus => NbdCommandFlags.RequestOne,
            _ => NbdCommandFlags.None,
        };
        return (request.Flags & ~allowed) == 0;
    }
}
