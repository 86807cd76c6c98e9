using Runbooks.Wire.Nbd;

namespace Runbooks.BlockPath.Targets;

/// <summary>A block request made through <see cref="BlockTargetExtensions"/> was answered with an error.</summary>
public sealed class BlockTargetException : IOException
{
    public BlockTargetException(BlockCommand command, long offset, long length, NbdError error)
        : base($"{command} of {length} bytes at {offset} was answered with {error}.")
    {
        Error = error;
    }

    public NbdError Error { get; }
}
