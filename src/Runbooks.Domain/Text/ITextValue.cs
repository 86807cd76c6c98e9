namespace Runbooks.Domain.Text;

/// <summary>
/// A value that is one word of text: ids and names. The default value is "none" and never valid in a message.
/// </summary>
public interface ITextValue<TSelf>
    where TSelf : struct, ITextValue<TSelf>
{
    /// <summary>
    /// What a valid text looks like, for error messages: "a volume id (vol_ and 12 to 40 characters of a-z and 0-9)".
    /// </summary>
    static abstract string Shape { get; }

    /// <summary>Reads a text; false when it does not have <see cref="Shape"/>.</summary>
    static abstract bool TryParse(string? text, out TSelf value);
}
