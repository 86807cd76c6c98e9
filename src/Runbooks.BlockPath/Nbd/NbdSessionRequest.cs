using Runbooks.BlockPath.Targets;
using Runbooks.Wire.Nbd;

namespace Runbooks.BlockPath.Nbd;

/// <summary>One request of one session; reused for the life of the session.</summary>
internal sealed class NbdSessionRequest(NbdReplyQueue replies) : BlockRequest
{
    public NbdCommand WireCommand { get; private set; }

    public ulong Cookie { get; private set; }

    /// <summary>Payload bytes counted against the limits until the reply has left.</summary>
    public long ChargedBytes { get; private set; }

    /// <summary>Fills the request from its header. Takes over the reference to the buffer.</summary>
    public void Start(in NbdRequestHeader header, BlockBuffer? buffer, int bufferStart, long chargedBytes,
        bool holesAllowed)
    {
        WireCommand = header.Command;
        Cookie = header.Cookie;
        ChargedBytes = chargedBytes;
        BlockRequestFlags flags = BlockRequestFlags.None;
        flags |= (header.Flags & NbdCommandFlags.Fua) != 0 ? BlockRequestFlags.ForceUnitAccess : BlockRequestFlags.None;
        flags |= (header.Flags & NbdCommandFlags.NoHole) != 0 ? BlockRequestFlags.NoHole : BlockRequestFlags.None;
        flags |= (header.Flags & NbdCommandFlags.FastZero) != 0 ? BlockRequestFlags.FastZero : BlockRequestFlags.None;
        flags |= (header.Flags & NbdCommandFlags.RequestOne) != 0
            ? BlockRequestFlags.OneExtent : BlockRequestFlags.None;
        flags |= holesAllowed ? BlockRequestFlags.HolesAllowed : BlockRequestFlags.None;
        Prepare(CommandOf(header.Command), (long)header.Offset, header.Length, flags, buffer, bufferStart);
    }

    /// <summary>Prepares an answer to a request that no target will see.</summary>
    public void StartRejected(in NbdRequestHeader header)
    {
        WireCommand = header.Command;
        Cookie = header.Cookie;
        ChargedBytes = 0;
        Prepare(BlockCommand.Flush, 0, 0, BlockRequestFlags.None, null, 0);
    }

    public void Finish() => ReleaseBuffer();

    protected override void OnCompleted()
    {
        if (Command == BlockCommand.Write)
        {
            // The payload is done with; only reads need their buffer until the reply has left.
            ReleaseBuffer();
        }

        replies.Add(this);
    }

    private static BlockCommand CommandOf(NbdCommand command) => command switch
    {
        NbdCommand.Read => BlockCommand.Read,
        NbdCommand.Write => BlockCommand.Write,
        NbdCommand.Flush => BlockCommand.Flush,
        NbdCommand.Trim => BlockCommand.Trim,
        NbdCommand.WriteZeroes => BlockCommand.WriteZeroes,
        NbdCommand.Cache => BlockCommand.Cache,
        NbdCommand.BlockStatus => BlockCommand.BlockStatus,
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Not a command with a block effect."),
    };
}
