using Runbooks.Definitions.Documents;
using Runbooks.Definitions.Yaml;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Text;

namespace Runbooks.Definitions.Binding;

/// <summary>Turns a node tree into the model. Every wrong field is reported, not only the first.</summary>
internal sealed class DocumentBinder(ICollection<DocumentProblem> problems)
{
    public RunbookDocument Bind(DocumentNode root)
    {
        var map = new MappingReader(root, string.Empty, problems);
        Expect(map, "apiVersion", RunbookDocument.ApiVersion);
        Expect(map, "kind", RunbookDocument.Kind);
        var metadata = Metadata(map);
        var spec = Spec(map);
        map.Finish();
        return new RunbookDocument(metadata, spec);
    }

    private static void Expect(MappingReader map, string key, string value)
    {
        var text = map.Text(key, required: true, $"Write '{key}: {value}'.");
        if (text is not null && text != value)
        {
            map.Problem(map.Any(key)!, key, $"'{text}' is not supported.", $"Write '{key}: {value}'.");
        }
    }

    private RunbookMetadata Metadata(MappingReader root)
    {
        var map = new MappingReader(root.Any("metadata") ?? Missing(root, "metadata"), "metadata", problems);
        var text = map.Text("name", required: true, "Add 'name: ' and a word of a-z, 0-9 and hyphens.");
        if (!RunbookName.TryParse(text, out var name) && text is not null)
        {
            map.Problem(map.Any("name")!, "name", $"'{text}' is not {RunbookName.Shape}.", "Use lower case letters, digits and hyphens.");
        }

        var result = new RunbookMetadata(
            name, map.Text("title") ?? text ?? string.Empty, map.Text("owner") ?? string.Empty, map.Words("labels"));
        map.Finish();
        return result;
    }

    private RunbookSpec Spec(MappingReader root)
    {
        var map = new MappingReader(root.Any("spec") ?? Missing(root, "spec"), "spec", problems);
        var kind = map.Word<RunKind>("for", required: true) ?? RunKind.Custom;
        var group = map.Text("group");
        var objectives = Objectives(map);
        var inputs = Inputs(map);
        var approvals = Approvals(map);
        var defaults = Defaults(map);
        var steps = new StepBinder(problems).Steps(map, "steps", required: true);
        map.Finish();
        return new RunbookSpec(kind, group, objectives, inputs, approvals, defaults, steps);
    }

    private Objectives Objectives(MappingReader spec)
    {
        if (spec.Any("objectives") is not { } node)
        {
            return new Objectives(null, null);
        }

        var map = new MappingReader(node, "spec.objectives", problems);
        var result = new Objectives(map.Duration("rto"), map.Duration("rpo"));
        map.Finish();
        return result;
    }

    private List<InputDefinition> Inputs(MappingReader spec)
    {
        string[] types = ["text", "integer", "boolean", "duration", "site", "workload", "recoveryPoint"];
        var result = new List<InputDefinition>();
        foreach (var (item, i) in spec.Items("inputs").Select((n, i) => (n, i)))
        {
            var map = new MappingReader(item, $"spec.inputs[{i}]", problems);
            var name = map.Text("name", required: true) ?? string.Empty;
            var type = map.Text("type", required: true) ?? "text";
            if (!types.Contains(type))
            {
                map.Problem(map.Any("type")!, "type", $"'{type}' is not an input type.", Suggestion.For(type, types));
            }

            if (result.Exists(r => r.Name == name))
            {
                map.Problem(map.Any("name")!, "name", $"There is already an input '{name}'.", "Choose another name.");
            }

            result.Add(new InputDefinition(
                name, type, map.Flag("required"), map.Text("default"), map.Integer("minLength", 0, 0), map.Text("title") ?? name));
            map.Finish();
        }

        return result;
    }

    private Approvals Approvals(MappingReader spec)
    {
        if (spec.Any("approvals") is not { } node)
        {
            return new Approvals(null, null);
        }

        var map = new MappingReader(node, "spec.approvals", problems);
        var result = new Approvals(Rule(map, "real"), Rule(map, "drill"));
        map.Finish();
        return result;
    }

    private ApprovalRule? Rule(MappingReader approvals, string key)
    {
        if (approvals.Any(key) is not { } node || node is ScalarNode { Text: "none" })
        {
            return null;
        }

        var map = new MappingReader(node, $"spec.approvals.{key}", problems);
        var rule = new ApprovalRule(
            map.Word<AccessRole>("of") ?? AccessRole.Approver,
            map.Integer("count", 1, 1),
            map.Any("notRequester") is null || map.Flag("notRequester"),
            map.Duration("expires") ?? TimeSpan.FromMinutes(30));
        map.Finish();
        return rule;
    }

    private StepDefaults Defaults(MappingReader spec)
    {
        if (spec.Any("defaults") is not { } node)
        {
            return new StepDefaults(null, null, null);
        }

        var map = new MappingReader(node, "spec.defaults", problems);
        var result = new StepDefaults(
            map.Duration("timeout"), StepBinder.Retry(map, problems), map.Word<OnFailure>("onFailure"));
        map.Finish();
        return result;
    }

    private static MappingNode Missing(MappingReader map, string key)
    {
        map.Problem(map.Node, key, $"The key '{key}' is missing.", $"Add '{key}:' with its fields below it.");
        return new MappingNode(map.Node.Line, map.Node.Column, []);
    }
}
