using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Domain.Ids;

/// <summary>
/// An independent place with a site agent. Chosen by people at
/// joining; also the last segment of its task queue <c>site/{id}</c>.
/// </summary>
/// <remarks><b>Shape</b>: a slug, see <see cref="WordRules.IsSlug"/>. The default value names nothing.</remarks>
[JsonConverter(typeof(TextValueJsonConverter<SiteId>))]
public readonly record struct SiteId : ITextValue<SiteId>
{
    private readonly string? text;

    private SiteId(string text) => this.text = text;

    /// <inheritdoc/>
    public static string Shape => "a site name (1 to 63 characters of a-z, 0-9 and inner hyphens)";

    /// <summary>True for the default value, which names nothing.</summary>
    public bool IsNone => text is null;

    /// <inheritdoc/>
    public static bool TryParse(string? text, out SiteId value)
    {
        value = WordRules.IsSlug(text) ? new SiteId(text!) : default;
        return !value.IsNone;
    }

    /// <summary>Reads a text that is known to be valid.</summary>
    /// <exception cref="FormatException">The text does not have <see cref="Shape"/>.</exception>
    public static SiteId Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException($"'{text}' is not {Shape}.");

    /// <inheritdoc/>
    public override string ToString() => text ?? string.Empty;
}
