using System.Text.Json;
using System.Text.Json.Serialization;

namespace Runbooks.Domain.Text;

/// <summary>Writes a one-word value type (an id) as a plain JSON string, also as a dictionary key.</summary>
public sealed class TextValueJsonConverter<T> : JsonConverter<T>
    where T : struct, ITextValue<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Parse(reader.GetString());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }

    /// <inheritdoc/>
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert,
        JsonSerializerOptions options) =>
        Parse(reader.GetString());

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WritePropertyName(value.ToString() ?? string.Empty);
    }

    // The default value names nothing and is written as an empty string (a volume without a workload): it must come
    // back as it went.
    private static T Parse(string? text) => text is { Length: 0 }
        ? default
        : T.TryParse(text, out var value) ? value : throw new JsonException($"'{text}' is not {T.Shape}.");
}
