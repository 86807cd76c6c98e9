using Microsoft.AspNetCore.Http.Metadata;
using Runbooks.Definitions.Yaml;
using Runbooks.Domain.Errors;

namespace Runbooks.ControlPlane.Api;

/// <summary>How large a document may come in: 1 MiB of text, which JSON's escapes may make several times
/// longer.</summary>
internal sealed class DocumentSize : IRequestSizeLimitMetadata
{
    public static readonly DocumentSize Limit = new();

    public long? MaxRequestBodySize => 4 << 20;

    public static void Require(string document)
    {
        if (document.Length > YamlReader.TextLengthMax)
        {
            throw new RefusalException(new Refusal(
                ApiRefusalCodes.TooLarge, "The document is too large.",
                $"It has {document.Length} characters; the limit is {YamlReader.TextLengthMax}.", "Split the runbook.")
            {
                Field = "document",
            });
        }
    }
}
