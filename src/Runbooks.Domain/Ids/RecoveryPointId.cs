using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Domain.Ids;

/// <summary>A crash-consistent snapshot of all volumes of a workload at one instant.</summary>
/// <remarks><b>Shape</b>: <c>rp_</c> and 6 to 40 characters of a-z and 0-9. The default value names nothing.</remarks>
[JsonConverter(typeof(TextValueJsonConverter<RecoveryPointId>))]
public readonly record struct RecoveryPointId : ITextValue<RecoveryPointId>
{
    /// <summary>What every text of this kind starts with.</summary>
    public const string Prefix = "rp_";

    private readonly string? text;

    private RecoveryPointId(string text) => this.text = text;

    /// <inheritdoc/>
    public static string Shape => "a recovery point id (rp_ and 6 to 40 characters of a-z and 0-9)";

    /// <summary>True for the default value, which names nothing.</summary>
    public bool IsNone => text is null;

    /// <summary>A new id from a GUID the caller made: this room draws no randomness.</summary>
    public static RecoveryPointId FromGuid(Guid guid) => new(WordRules.FromGuid(Prefix, guid));

    /// <inheritdoc/>
    public static bool TryParse(string? text, out RecoveryPointId value)
    {
        value = WordRules.IsPrefixed(text, Prefix) ? new RecoveryPointId(text!) : default;
        return !value.IsNone;
    }

    /// <summary>Reads a text that is known to be valid.</summary>
    /// <exception cref="FormatException">The text does not have <see cref="Shape"/>.</exception>
    public static RecoveryPointId Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException($"'{text}' is not {Shape}.");

    /// <inheritdoc/>
    public override string ToString() => text ?? string.Empty;
}
