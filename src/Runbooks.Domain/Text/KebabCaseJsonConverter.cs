using System.Text.Json;
using System.Text.Json.Serialization;

namespace Runbooks.Domain.Text;

/// <summary>Writes an enum as its kebab-case word and refuses every other spelling, naming the allowed words.</summary>
public sealed class KebabCaseJsonConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString();
        return KebabCase.TryParse<T>(text, out var value)
            ? value
            : throw new JsonException($"'{text}' is not one of: {string.Join(", ", KebabCase.All<T>())}.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(KebabCase.Of(value));
    }
}
