namespace Runbooks.Temporal.Converters;

/// <summary>How values, failures and their bytes cross the wire. Immutable: change it with <c>with</c>.</summary>
/// <param name="PayloadConverter">Values to payloads; on workflow threads, so free of I/O.</param>
/// <param name="FailureConverter">Exceptions to failures; on workflow threads as well.</param>
/// <param name="PayloadCodec">Applied to every payload outside workflow threads. Default null: none.</param>
public record DataConverter(
    IPayloadConverter PayloadConverter,
    IFailureConverter FailureConverter,
    IPayloadCodec? PayloadCodec = null)
{
    public DataConverter()
        : this(new DefaultPayloadConverter(), new DefaultFailureConverter())
    {
    }

    /// <summary>The five default encodings, plain failures, no codec.</summary>
    public static DataConverter Default { get; } = new();
}
