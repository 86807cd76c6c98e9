using System.Text.Json.Nodes;
using Runbooks.Definitions.Documents;
using Runbooks.Definitions.Kinds;
using Runbooks.Definitions.References;
using Runbooks.Definitions.Validation;
using Runbooks.Domain.Errors;

namespace Runbooks.Definitions.Plans;

/// <summary>
/// Turns a valid document and the facts of one run into a flat plan. Pure: the same input gives the same plan, also
/// on replay.
/// </summary>
/// <remarks>
/// A block becomes a frame: <c>begin</c> (its needs, delay and condition), its children, and <c>end</c> (which needs
/// them all). A for-each
/// repeats the children once per item under <c>block[item]</c>; with a concurrency of k, item i also waits for item
/// i-k. Paths are the ids
/// that people see, so frames take the block's own path and <c>path/end</c>.
/// </remarks>
public static class PlanCompiler
{
    /// <summary>Most steps of a plan, after for-each is unfolded.</summary>
    public const int StepsMax = 20_000;

    /// <summary>Compiles.</summary>
    /// <param name="document">A document without problems.</param>
    /// <param name="facts">An object with <c>inputs</c>, <c>group</c> and <c>run</c>.</param>
    public static Outcome<Plan> Compile(RunbookDocument document, JsonObject facts)
    {
        ArgumentNullException.ThrowIfNull(document);
        var work = new Work(document, facts);
        var refusal = work.Block(document.Spec.Steps, string.Empty, [], false, new Dictionary<string, JsonNode?>());
        if (refusal is not null)
        {
            return refusal;
        }

        return new Plan(work.Steps);
    }

    private sealed class Work(RunbookDocument document, JsonObject facts)
    {
        public List<PlanStep> Steps { get; } = [];

        /// <summary>
        /// Adds siblings in needs order; <paramref name="before"/> is
        /// what each of them waits for besides its own needs.
        /// </summary>
        public Refusal? Block(
            IReadOnlyList<StepDefinition> siblings,
            string scope,
            IReadOnlyList<string> before,
            bool parallel,
            IReadOnlyDictionary<string, JsonNode?> items)
        {
            foreach (var index in Ordered(siblings, parallel))
            {
                var step = siblings[index];
                string[] needs = [.. before, .. StepOrder.NeedsOf(siblings, index, parallel).Select(n => End(siblings, scope, n))];
                var refusal = step.ForEach is not null
                    ? ForEach(step, scope, needs, items)
                    : step.IsBlock ? Frame(step, scope, needs, items) : Add(Plain(step, Join(scope, step.Id), scope, needs, items));
                if (refusal is not null)
                {
                    return refusal;
                }
            }

            return null;
        }

        // Needs before their dependants, otherwise the order of the text.
        private static IEnumerable<int> Ordered(IReadOnlyList<StepDefinition> siblings, bool parallel)
        {
            var done = new HashSet<string>(StringComparer.Ordinal);
            var left = Enumerable.Range(0, siblings.Count).ToList();
            while (left.Count > 0)
            {
                var next = left.First(i => StepOrder.NeedsOf(siblings, i, parallel).All(done.Contains));
                done.Add(siblings[next].Id);
                left.Remove(next);
                yield return next;
            }
        }

        private static string End(IReadOnlyList<StepDefinition> siblings, string scope, string id)
        {
            var step = siblings.First(s => s.Id == id);
            var path = Join(scope, id);
            return step.IsBlock || step.ForEach is not null ? $"{path}/end" : path;
        }

        private Refusal? Frame(StepDefinition step, string scope, string[] needs, IReadOnlyDictionary<string, JsonNode?> items)
        {
            var path = Join(scope, step.Id);
            var start = Steps.Count;
            return Add(Begin(step, path, scope, needs, items))
                ?? Block(step.Steps, path, [path], step.Parallel, items)
                ?? Add(Finish(step, path, scope, start));
        }

        private Refusal? ForEach(StepDefinition step, string scope, string[] needs, IReadOnlyDictionary<string, JsonNode?> items)
        {
            var path = Join(scope, step.Id);
            var start = Steps.Count;
            if (Add(Begin(step, path, scope, needs, items)) is { } full)
            {
                return full;
            }

            var list = PlanValues.Resolve(
                step.ForEach!, new PlanStep(path, PlanStep.BlockBegin, []) { Scope = scope, Items = items }, facts, _ => null);
            if (list is not JsonArray array)
            {
                return Refusals.NotAList(path, step.ForEach!);
            }

            var ends = new List<string>();
            for (var i = 0; i < array.Count; i++)
            {
                var itemPath = $"{path}[{KeyOf(array[i], i)}]";
                string[] wait = step.Concurrency > 0 && i >= step.Concurrency ? [path, ends[i - step.Concurrency]] : [path];
                var inside = new Dictionary<string, JsonNode?>(items) { [step.As] = array[i]?.DeepClone() };
                var first = Steps.Count;
                var refusal = step.IsBlock
                    ? Block(step.Steps, itemPath, wait, step.Parallel, inside)
                    : Add(Plain(step, itemPath, scope, wait, inside));
                if (refusal is not null)
                {
                    return refusal;
                }

                ends.Add(step.IsBlock ? $"{itemPath}/end" : itemPath);
                if (step.IsBlock)
                {
                    Steps.Add(new PlanStep($"{itemPath}/end", PlanStep.BlockEnd, Leaves(first)) { Scope = scope, Items = inside });
                }
            }

            return Add(Finish(step, path, scope, start));
        }

        private static PlanStep Begin(
            StepDefinition step, string path, string scope, string[] needs, IReadOnlyDictionary<string, JsonNode?> items) =>
            new(path, PlanStep.BlockBegin, needs)
            {
                Title = TitleOf(step),
                Scope = scope,
                Items = items,
                Delay = step.Delay ?? TimeSpan.Zero,
                When = step.When,
            };

        private PlanStep Finish(StepDefinition step, string path, string scope, int start) =>
            new($"{path}/end", PlanStep.BlockEnd, Leaves(start)) { Title = TitleOf(step), Scope = scope };

        private string[] Leaves(int start) => [.. Steps.Skip(start).Select(s => s.Path)];

        private PlanStep Plain(
            StepDefinition step, string path, string scope, string[] needs, IReadOnlyDictionary<string, JsonNode?> items)
        {
            var kind = StepLibrary.Find(step.Uses!)!;
            var defaults = document.Spec.Defaults;
            return new PlanStep(path, kind.Name, needs)
            {
                Title = TitleOf(step),
                Scope = scope,
                Items = items,
                With = (JsonObject)step.With.DeepClone(),
                Delay = step.ForEach is null ? step.Delay ?? TimeSpan.Zero : TimeSpan.Zero,
                When = step.ForEach is null ? step.When : null,
                OnFailure = step.OnFailure ?? defaults.OnFailure ?? OnFailure.Fail,
                OnIncomplete = step.OnIncomplete ?? OnIncomplete.Ask,
                Timeout = step.Timeout ?? defaults.Timeout ?? kind.Timeout,
                Retry = step.Retry ?? defaults.Retry ?? kind.Retry,
                Compensate = step.Compensate,
                Irreversible = step.Irreversible || !kind.Reversible,
                Acts = kind.Acts,
            };
        }

        private Refusal? Add(PlanStep step)
        {
            Steps.Add(step);
            return Steps.Count > StepsMax ? Refusals.TooManySteps(StepsMax) : null;
        }

        private static string TitleOf(StepDefinition step) => step.Title.Length > 0 ? step.Title : step.Id;

        private static string Join(string scope, string id) => scope.Length == 0 ? id : $"{scope}.{id}";

        private static string KeyOf(JsonNode? item, int index) => item switch
        {
            JsonObject map when map["id"] is { } id => id.ToString(),
            JsonValue value => value.ToString(),
            _ => index.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
    }
}
