using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Domain.Ids;

/// <summary>One virtual disk, served over NBD; the same id at every site that holds a copy.</summary>
/// <remarks><b>Shape</b>: <c>vol_</c> and 6 to 40 characters of a-z and 0-9. The default value names nothing.</remarks>
[JsonConverter(typeof(TextValueJsonConverter<VolumeId>))]
public readonly record struct VolumeId : ITextValue<VolumeId>
{
    /// <summary>What every text of this kind starts with.</summary>
    public const string Prefix = "vol_";

    private readonly string? text;

    private VolumeId(string text) => this.text = text;

    /// <inheritdoc/>
    public static string Shape => "a volume id (vol_ and 6 to 40 characters of a-z and 0-9)";

    /// <summary>True for the default value, which names nothing.</summary>
    public bool IsNone => text is null;

    /// <summary>A new id from a GUID the caller made: this room draws no randomness.</summary>
    public static VolumeId FromGuid(Guid guid) => new(WordRules.FromGuid(Prefix, guid));

    /// <inheritdoc/>
    public static bool TryParse(string? text, out VolumeId value)
    {
        value = WordRules.IsPrefixed(text, Prefix) ? new VolumeId(text!) : default;
        return !value.IsNone;
    }

    /// <summary>Reads a text that is known to be valid.</summary>
    /// <exception cref="FormatException">The text does not have <see cref="Shape"/>.</exception>
    public static VolumeId Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException($"'{text}' is not {Shape}.");

    /// <inheritdoc/>
    public override string ToString() => text ?? string.Empty;
}
