using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Domain.Ids;

/// <summary>The policy of one workload; the same id at every site.</summary>
/// <remarks><b>Shape</b>: <c>prt_</c> and 6 to 40 characters of a-z and 0-9. The default value names nothing.</remarks>
[JsonConverter(typeof(TextValueJsonConverter<ProtectionId>))]
public readonly record struct ProtectionId : ITextValue<ProtectionId>
{
    /// <summary>What every text of this kind starts with.</summary>
    public const string Prefix = "prt_";

    private readonly string? text;

    private ProtectionId(string text) => this.text = text;

    /// <inheritdoc/>
    public static string Shape => "a protection id (prt_ and 6 to 40 characters of a-z and 0-9)";

    /// <summary>True for the default value, which names nothing.</summary>
    public bool IsNone => text is null;

    /// <summary>A new id from a GUID the caller made: this room draws no randomness.</summary>
    public static ProtectionId FromGuid(Guid guid) => new(WordRules.FromGuid(Prefix, guid));

    /// <inheritdoc/>
    public static bool TryParse(string? text, out ProtectionId value)
    {
        value = WordRules.IsPrefixed(text, Prefix) ? new ProtectionId(text!) : default;
        return !value.IsNone;
    }

    /// <summary>Reads a text that is known to be valid.</summary>
    /// <exception cref="FormatException">The text does not have <see cref="Shape"/>.</exception>
    public static ProtectionId Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException($"'{text}' is not {Shape}.");

    /// <inheritdoc/>
    public override string ToString() => text ?? string.Empty;
}
