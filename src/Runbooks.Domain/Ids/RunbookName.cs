using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Domain.Ids;

/// <summary>A runbook document, over all its versions.</summary>
/// <remarks><b>Shape</b>: a slug, see <see cref="WordRules.IsSlug"/>. The default value names nothing.</remarks>
[JsonConverter(typeof(TextValueJsonConverter<RunbookName>))]
public readonly record struct RunbookName : ITextValue<RunbookName>
{
    private readonly string? text;

    private RunbookName(string text) => this.text = text;

    /// <inheritdoc/>
    public static string Shape => "a runbook name (1 to 63 characters of a-z, 0-9 and inner hyphens)";

    /// <summary>True for the default value, which names nothing.</summary>
    public bool IsNone => text is null;

    /// <inheritdoc/>
    public static bool TryParse(string? text, out RunbookName value)
    {
        value = WordRules.IsSlug(text) ? new RunbookName(text!) : default;
        return !value.IsNone;
    }

    /// <summary>Reads a text that is known to be valid.</summary>
    /// <exception cref="FormatException">The text does not have <see cref="Shape"/>.</exception>
    public static RunbookName Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException($"'{text}' is not {Shape}.");

    /// <inheritdoc/>
    public override string ToString() => text ?? string.Empty;
}
