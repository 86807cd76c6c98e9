namespace Runbooks.Wire.Wan;

/// <summary>The peer sent bytes that the protocol does not allow; the connection ends.</summary>
/// <remarks><b>Errors</b>: the only exception the decoders of this folder throw.</remarks>
public sealed class WanProtocolException : Exception
{
    /// <summary>An exception with the rule that was broken.</summary>
    public WanProtocolException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with the rule that was broken and its cause.</summary>
    public WanProtocolException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>An exception without a reason; for serialisers only.</summary>
    public WanProtocolException()
    {
    }
}
