using Microsoft.OpenApi;

namespace Runbooks.ControlPlane.Api;

/// <summary>
/// Makes each description one line: the source's line breaks and indents are no part of what it says.
/// </summary>
internal static class DescriptionText
{
    public static void FoldAll(OpenApiDocument document)
    {
        foreach (var schema in document.Components?.Schemas?.Values ?? [])
        {
            Fold(schema);
        }

        foreach (var operation in document.Paths.Values
            .SelectMany(p => p.Operations?.Values ?? Enumerable.Empty<OpenApiOperation>()))
        {
            operation.Summary = OneLine(operation.Summary);
            operation.Description = OneLine(operation.Description);
            foreach (var parameter in operation.Parameters ?? [])
            {
                parameter.Description = OneLine(parameter.Description);
                Fold(parameter.Schema);
            }
        }
    }

    private static void Fold(IOpenApiSchema? schema)
    {
        // A reference speaks with the words of what it points at, and those are folded where they are defined.
        if (schema is not OpenApiSchema own)
        {
            return;
        }

        own.Description = OneLine(own.Description);
        IEnumerable<IOpenApiSchema> inner =
            [.. own.Properties?.Values ?? [], .. own.OneOf ?? [], .. own.AnyOf ?? [], .. own.AllOf ?? []];
        foreach (var part in inner)
        {
            Fold(part);
        }

        Fold(own.Items);
        Fold(own.AdditionalProperties);
    }

    private static string? OneLine(string? text) =>
        text is null ? null : string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
