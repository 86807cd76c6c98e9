using System.Security.Cryptography;
using System.Text;
using Runbooks.Definitions.Binding;
using Runbooks.Definitions.Documents;
using Runbooks.Definitions.Validation;
using Runbooks.Definitions.Yaml;
using Runbooks.Domain.Text;

namespace Runbooks.Definitions;

/// <summary>
/// The door of this room: text in, checked model out. JSON is YAML, so the canonical form of a runbook is read by the
/// same parser.
/// </summary>
/// <remarks>
/// Text → nodes with places (<see cref="YamlReader"/>, limits) → model (<c>DocumentBinder</c>, unknown keys and
/// types) → meaning
/// (<see cref="DocumentValidator"/>: kinds, fields, needs, references). Every stage adds problems; none of them
/// throws for bad input.
/// </remarks>
public static class RunbookParser
{
    /// <summary>Reads a runbook.</summary>
    public static ParsedRunbook Parse(string text)
    {
        var problems = new List<DocumentProblem>();
        var root = YamlReader.Read(text, problems);
        if (root is null)
        {
            return new ParsedRunbook(null, string.Empty, string.Empty, problems);
        }

        RunbookDocument document = new DocumentBinder(problems).Bind(root);
        var places = new PlaceIndex(root);
        DocumentValidator.Validate(document, places, problems);
        var canonical = CanonicalJson.Write(ScalarReader.ToJson(root));
        var hash = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));
        return new ParsedRunbook(
            document, canonical, hash,
                [.. problems.OrderBy(p => p.Line).ThenBy(p => p.Column).Select(p => StepPlaces.WithStep(p, root))]);
    }
}
