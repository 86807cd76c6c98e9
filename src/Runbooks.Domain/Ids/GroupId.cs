using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Domain.Ids;

/// <summary>An application group: workloads that fail over together, with dependencies and waves.</summary>
/// <remarks><b>Shape</b>: a slug, see <see cref="WordRules.IsSlug"/>. The default value names nothing.</remarks>
[JsonConverter(typeof(TextValueJsonConverter<GroupId>))]
public readonly record struct GroupId : ITextValue<GroupId>
{
    private readonly string? text;

    private GroupId(string text) => this.text = text;

    /// <inheritdoc/>
    public static string Shape => "a group name (1 to 63 characters of a-z, 0-9 and inner hyphens)";

    /// <summary>True for the default value, which names nothing.</summary>
    public bool IsNone => text is null;

    /// <inheritdoc/>
    public static bool TryParse(string? text, out GroupId value)
    {
        value = WordRules.IsSlug(text) ? new GroupId(text!) : default;
        return !value.IsNone;
    }

    /// <summary>Reads a text that is known to be valid.</summary>
    /// <exception cref="FormatException">The text does not have <see cref="Shape"/>.</exception>
    public static GroupId Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException($"'{text}' is not {Shape}.");

    /// <inheritdoc/>
    public override string ToString() => text ?? string.Empty;
}
