using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Domain.Ids;

/// <summary>A writable copy-on-write overlay over a recovery point, made by a drill.</summary>
/// <remarks><b>Shape</b>: <c>cln_</c> and 6 to 40 characters of a-z and 0-9. The default value names nothing.</remarks>
[JsonConverter(typeof(TextValueJsonConverter<CloneId>))]
public readonly record struct CloneId : ITextValue<CloneId>
{
    /// <summary>What every text of this kind starts with.</summary>
    public const string Prefix = "cln_";

    private readonly string? text;

    private CloneId(string text) => this.text = text;

    /// <inheritdoc/>
    public static string Shape => "a clone id (cln_ and 6 to 40 characters of a-z and 0-9)";

    /// <summary>True for the default value, which names nothing.</summary>
    public bool IsNone => text is null;

    /// <summary>A new id from a GUID the caller made: this room draws no randomness.</summary>
    public static CloneId FromGuid(Guid guid) => new(WordRules.FromGuid(Prefix, guid));

    /// <inheritdoc/>
    public static bool TryParse(string? text, out CloneId value)
    {
        value = WordRules.IsPrefixed(text, Prefix) ? new CloneId(text!) : default;
        return !value.IsNone;
    }

    /// <summary>Reads a text that is known to be valid.</summary>
    /// <exception cref="FormatException">The text does not have <see cref="Shape"/>.</exception>
    public static CloneId Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException($"'{text}' is not {Shape}.");

    /// <inheritdoc/>
    public override string ToString() => text ?? string.Empty;
}
