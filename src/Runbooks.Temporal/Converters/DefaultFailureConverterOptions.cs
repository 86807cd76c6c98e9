namespace Runbooks.Temporal.Converters;

/// <summary>Options of <see cref="DefaultFailureConverter"/>.</summary>
public class DefaultFailureConverterOptions
{
    /// <summary>Moves message and stack trace into an encoded payload, so that a codec also protects them. The server
    /// and its user interface then show only "Encoded failure". Default false.</summary>
    public bool EncodeCommonAttributes { get; init; }
}
