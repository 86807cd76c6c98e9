using System.Text.Json.Nodes;
using Runbooks.Definitions.Documents;
using Runbooks.Definitions.Yaml;
using Runbooks.Domain.Text;

namespace Runbooks.Definitions.Binding;

/// <summary>Reads steps, blocks and conditions.</summary>
internal sealed class StepBinder(ICollection<DocumentProblem> problems)
{
    /// <summary>Most steps in one document, blocks included.</summary>
    public const int StepsMax = 2000;

    private int count;

    public IReadOnlyList<StepDefinition> Steps(MappingReader parent, string key, bool required)
    {
        var result = new List<StepDefinition>();
        foreach (var (node, i) in parent.Items(key, required).Select((n, i) => (n, i)))
        {
            if (++count == StepsMax + 1)
            {
                parent.Problem(node, key, $"There are more than {StepsMax} steps.", "Split the runbook.");
            }

            var step = Step(new MappingReader(node, $"{parent.Path}.{key}[{i}]", problems));
            if (result.Exists(s => s.Id == step.Id))
            {
                parent.Problem(node, $"{key}[{i}].id", $"There is already a step '{step.Id}' beside it.", "Choose another id.");
            }

            result.Add(step);
        }

        return result;
    }

    private StepDefinition Step(MappingReader map)
    {
        var id = map.Text("id", required: true, "Add 'id: ' and a word that is unique among its siblings.") ?? string.Empty;
        if (id.Length > 0 && !WordRules.IsSlug(id))
        {
            map.Problem(map.Any("id")!, "id", $"'{id}' is not a word of a-z, 0-9 and hyphens.", "Use lower case letters, digits and hyphens.");
        }

        var step = new StepDefinition(id)
        {
            Title = map.Text("title") ?? string.Empty,
            Uses = map.Text("uses"),
            With = ScalarReader.ToJson(map.Any("with") ?? new MappingNode(0, 0, [])) as JsonObject ?? [],
            Needs = map.Any("needs") is null ? null : Words(map, "needs"),
            Delay = map.Duration("delay"),
            When = map.Any("when") is { } when ? Condition(when, $"{map.Path}.when") : null,
            ForEach = map.Text("forEach"),
            As = map.Text("as") ?? "item",
            Concurrency = map.Integer("concurrency", 0, 0),
            Parallel = map.Flag("parallel"),
            Steps = Steps(map, "steps", required: false),
            OnFailure = map.Word<OnFailure>("onFailure"),
            OnIncomplete = map.Word<OnIncomplete>("onIncomplete"),
            Timeout = map.Duration("timeout"),
            Retry = Retry(map, problems),
            Compensate = Compensate(map),
            Irreversible = map.Flag("irreversible"),
        };
        RequireShape(map, step);
        map.Finish();
        return step;
    }

    private static void RequireShape(MappingReader map, StepDefinition step)
    {
        if (step.Uses is null && step.Steps.Count == 0)
        {
            map.Problem(map.Node, "uses", "The step does nothing.", "Add 'uses: ' and a kind, or 'steps:' for a block.");
        }

        if (step.Uses is not null && step.Steps.Count > 0)
        {
            map.Problem(map.Node, "steps", "A step has either 'uses' or 'steps'.", "Move one of them into a step of its own.");
        }

        if (map.Any("with") is { } with and not MappingNode)
        {
            map.Problem(with, "with", "Keys and values are expected here.", "Write 'key: value' lines, indented.");
        }
    }

    private static List<string> Words(MappingReader map, string key)
    {
        var result = new List<string>();
        foreach (var item in map.Items(key))
        {
            if (item is ScalarNode scalar)
            {
                result.Add(scalar.Text);
            }
            else
            {
                map.Problem(item, key, "A word is expected here.", "Write the id of a sibling.");
            }
        }

        return result;
    }

    internal static RetryRule? Retry(MappingReader map, ICollection<DocumentProblem> problems)
    {
        if (map.Any("retry") is not { } node)
        {
            return null;
        }

        var retry = new MappingReader(node, $"{map.Path}.retry", problems);
        var rule = new RetryRule(
            retry.Integer("attempts", 3, 1),
            retry.Duration("initial") ?? TimeSpan.FromSeconds(2),
            retry.Number("factor", 2, 1),
            retry.Duration("max") ?? TimeSpan.FromSeconds(30));
        retry.Finish();
        return rule;
    }

    private Compensation? Compensate(MappingReader map)
    {
        if (map.Any("compensate") is not { } node)
        {
            return null;
        }

        var inner = new MappingReader(node, $"{map.Path}.compensate", problems);
        var uses = inner.Text("uses", required: true) ?? string.Empty;
        var with = ScalarReader.ToJson(inner.Any("with") ?? new MappingNode(0, 0, [])) as JsonObject ?? [];
        inner.Finish();
        return new Compensation(uses, with);
    }

    private Condition Condition(DocumentNode node, string path)
    {
        var map = new MappingReader(node, path, problems);
        Condition? result = null;
        if (map.Any("all") is not null)
        {
            result = new AllOf(Nested(map, "all"));
        }
        else if (map.Any("any") is not null)
        {
            result = new AnyOf(Nested(map, "any"));
        }
        else if (map.Any("not") is { } not)
        {
            result = new Not(Condition(not, $"{path}.not"));
        }
        else if (map.Text("value", required: true, "Add 'value:' and what to compare it with, or one of all, any, not.") is { } value)
        {
            result = Comparison(map, value);
        }

        map.Finish();
        return result ?? new AllOf([]);
    }

    private List<Condition> Nested(MappingReader map, string key) =>
        [.. map.Items(key).Select((n, i) => Condition(n, $"{map.Path}.{key}[{i}]"))];

    private static Comparison? Comparison(MappingReader map, string value)
    {
        (string Key, ConditionOperator Operator)[] operators =
        [
            ("is", ConditionOperator.Is), ("isNot", ConditionOperator.IsNot), ("in", ConditionOperator.In),
            ("greaterThan", ConditionOperator.GreaterThan), ("lessThan", ConditionOperator.LessThan),
        ];
        var present = operators.Where(o => map.Any(o.Key) is not null).ToList();
        if (present.Count != 1)
        {
            map.Problem(map.Node, string.Empty, "Exactly one comparison is expected.", "Write one of: is, isNot, in, greaterThan, lessThan.");
            return null;
        }

        return new Comparison(value, present[0].Operator, ScalarReader.ToJson(map.Any(present[0].Key)!));
    }
}
