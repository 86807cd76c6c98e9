using Runbooks.Definitions.Binding;
using Runbooks.Definitions.Documents;
using Runbooks.Definitions.Kinds;
using Runbooks.Definitions.References;

namespace Runbooks.Definitions.Validation;

/// <summary>
/// What a reference may name at one place of a document: inputs, the
/// group, the run, secrets, items and earlier steps.
/// </summary>
internal sealed class ReferenceScope
{
    public static readonly string[] WorkloadFields =
        ["id", "title", "tier", "protection", "primarySite", "homeSite", "address", "exports", "secrets"];

    public static readonly string[] SiteFields = ["id", "address"];

    private static readonly string[] GroupFields = ["id", "homeSite", "primarySite", "standbySite", "workloads", "sites"];
    private static readonly string[] RunFields = ["id", "kind", "requestedBy", "reason", "startedAt", "isDrill"];

    private readonly Dictionary<string, InputDefinition> inputs;
    private readonly Dictionary<string, string[]> items;
    private readonly Dictionary<string, StepDefinition> steps;

    private ReferenceScope(
        Dictionary<string, InputDefinition> inputs,
        Dictionary<string, string[]> items,
        Dictionary<string, StepDefinition> steps)
    {
        this.inputs = inputs;
        this.items = items;
        this.steps = steps;
    }

    public static ReferenceScope Root(RunbookDocument document) => new(
        document.Spec.Inputs.GroupBy(i => i.Name).ToDictionary(g => g.Key, g => g.First()), [], []);

    /// <summary>The scope of one step: every sibling but itself joins what the parents see.</summary>
    public ReferenceScope Beside(IReadOnlyList<StepDefinition> siblings, StepDefinition self)
    {
        var visible = new Dictionary<string, StepDefinition>(steps, StringComparer.Ordinal);
        foreach (var sibling in siblings.Where(s => !ReferenceEquals(s, self)))
        {
            visible[sibling.Id] = sibling;
        }

        visible.Remove(self.Id);
        return new ReferenceScope(inputs, items, visible);
    }

    public ReferenceScope WithItem(string name, string list)
    {
        var fields = list.Contains(".sites", StringComparison.Ordinal) ? SiteFields : WorkloadFields;
        return new ReferenceScope(inputs, new Dictionary<string, string[]>(items) { [name] = fields }, steps);
    }

    public ReferenceScope WithOwnOutputs(StepDefinition self) =>
        new(inputs, items, new Dictionary<string, StepDefinition>(steps) { [self.Id] = self });

    public void CheckText(string text, string path, PlaceIndex places, ICollection<DocumentProblem> problems)
    {
        var parsed = ReferenceText.Parse(text, out var error);
        if (parsed is null)
        {
            problems.Add(places.Problem(path, error!, "Write ${inputs.name}, ${group.primarySite} or another path."));
            return;
        }

        foreach (var reference in parsed.References)
        {
            if (Check(reference) is { } wrong)
            {
                problems.Add(places.Problem(path, $"'${{{reference}}}' names nothing: {wrong}.", Correction(reference)));
            }
        }
    }

    public string? CheckList(string text)
    {
        var parsed = ReferenceText.Parse(text, out var error);
        if (parsed is null || !parsed.IsSingleReference)
        {
            return error ?? "forEach takes one reference to a list.";
        }

        var reference = parsed.References.Single();
        return reference.Root == "group" && reference.Segments is [_, { Name: "workloads" or "sites" }]
            ? null
            : $"'{text}' is not a list of the group.";
    }

    private string? Check(Reference reference) => reference.Root switch
    {
        "inputs" => reference.Segments.Count == 2 && inputs.ContainsKey(reference.Segments[1].Name) ? null : "there is no such input",
        "group" => Field(reference, GroupFields, "the group has no such field"),
        "run" => Field(reference, RunFields, "a run has no such field"),
        "secrets" => reference.Segments.Count == 2 ? null : "a secret is named by one word",
        var root when items.TryGetValue(root, out var fields) => Field(reference, fields, "an item has no such field"),
        var root when steps.TryGetValue(root, out var step) => Output(reference, step),
        _ => "nothing of that name is visible here",
    };

    private static string? Field(Reference reference, string[] fields, string wrong) =>
        reference.Segments.Count >= 2 && fields.Contains(reference.Segments[1].Name) ? null : wrong;

    private static string? Output(Reference reference, StepDefinition step)
    {
        if (step.IsBlock || step.ForEach is not null)
        {
            return reference.Segments.Any(s => s.Name == "outputs") ? null : "a block has outputs only through its steps";
        }

        if (reference.Segments is not [_, { Name: "outputs" }, var field, ..])
        {
            return "a step is referred to as id.outputs.field";
        }

        var outputs = StepLibrary.Find(step.Uses!)?.Outputs ?? [];
        return outputs.Any(o => o.Name == field.Name) ? null : $"'{step.Uses}' has no output '{field.Name}'";
    }

    private string Correction(Reference reference)
    {
        string[] known = reference.Root switch
        {
            "inputs" => [.. inputs.Keys],
            "group" => GroupFields,
            "run" => RunFields,
            var root when items.TryGetValue(root, out var fields) => fields,
            var root when steps.TryGetValue(root, out var step) =>
                [.. (StepLibrary.Find(step.Uses ?? string.Empty)?.Outputs ?? []).Select(o => o.Name)],
            _ => ["inputs", "group", "run", "secrets", .. items.Keys, .. steps.Keys],
        };
        var word = reference.Segments.Count > 1 && known.Length > 0 && reference.Root is "inputs" or "group" or "run"
            ? reference.Segments[^1].Name
            : reference.Root;
        return known.Length == 0 ? "Remove the reference." : Suggestion.For(word, known);
    }
}
