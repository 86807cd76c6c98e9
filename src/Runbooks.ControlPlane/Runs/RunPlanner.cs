using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Dapper;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Storage;
using Runbooks.Definitions;
using Runbooks.Definitions.Documents;
using Runbooks.Definitions.Kinds;
using Runbooks.Definitions.Plans;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Text;
using Runbooks.Workflows.Control;

namespace Runbooks.ControlPlane.Runs;

/// <summary>A start, decided but not done: the pinned document, the filled-in inputs, the plan and its hash.</summary>
public sealed record PlannedRun(
    string Runbook, int? Version, string Hash, RunbookDocument Document, string Canonical, GroupId Group, GroupPicture Picture,
    IReadOnlyDictionary<string, string> Inputs, Plan Plan, SortedDictionary<string, long> Generations, string PlanHash)
{
    /// <summary>The plan as the graph people see; stored with the run.</summary>
    public IReadOnlyList<RunPlanNode> Nodes { get; init; } = [];

    public RunKind Kind => Document.Spec.For;

    /// <summary>An isolated drill touches no production; everything else does.</summary>
    public bool IsReal => Kind != RunKind.DrillIsolated;

    public ApprovalRule? Approval => Kind is RunKind.DrillIsolated or RunKind.DrillRealistic
        ? Document.Spec.Approvals?.Drill
        : Document.Spec.Approvals?.Real;
}

/// <summary>Turns a request into a planned run, or into the refusal that names what is wrong with it.</summary>
public sealed class RunPlanner(Database database, GroupPictures pictures, InventoryViews views, PointInputs points)
{
    /// <param name="draft">A document to explain instead of a published version.</param>
    public async Task<PlannedRun> PlanAsync(RunBody body, string by, string? draft, CancellationToken cancel)
    {
        var (version, text) = draft is null ? await PinAsync(body, cancel) : (null, draft);
        var parsed = RunbookParser.Parse(text);
        if (!parsed.IsValid)
        {
            throw RunbooksApi.Invalid(parsed);
        }

        var document = parsed.Document!;
        var group = await GroupAsync(document, body, cancel);
        var picture = await pictures.DescribeAsync(group, cancel);
        var inputs = Inputs(document, body, picture);
        await points.RequireAsync(document, inputs, picture, cancel);
        var facts = GroupPictures.Facts(picture, inputs, "run_000000", document.Spec.For, by, body.Reason);
        var plan = PlanCompiler.Compile(document, facts).Require();
        var generations = await pictures.GenerationsAsync(picture, cancel);
        return new PlannedRun(
            body.Runbook, version, parsed.Hash, document, parsed.CanonicalText, group, picture, inputs, plan, generations,
            HashOf(parsed.Hash, group, inputs, generations))
        {
            Nodes = PlanNodes.Of(plan, facts),
        };
    }

    /// <summary>Bound by an approval: the document, the target, the inputs and the generations it was shown for.</summary>
    public static string HashOf(
        string documentHash, GroupId group, IReadOnlyDictionary<string, string> inputs, SortedDictionary<string, long> generations)
    {
        var bound = new JsonObject
        {
            ["document"] = documentHash,
            ["group"] = group.ToString(),
            ["inputs"] = new JsonObject(inputs.Select(i => KeyValuePair.Create(i.Key, (JsonNode?)i.Value))),
            ["generations"] = new JsonObject(generations.Select(g => KeyValuePair.Create(g.Key, (JsonNode?)g.Value))),
        };
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalJson.WriteExact(bound)));
        return "sha256:" + Convert.ToHexStringLower(hash);
    }

    public async Task<ExplainView> ExplainAsync(PlannedRun run, CancellationToken cancel)
    {
        var earlier = await EarlierAsync(run.Runbook, cancel);
        var nodes = run.Nodes.ToDictionary(n => n.Path);
        var steps = run.Plan.Steps.Where(s => s.Kind is not (PlanStep.BlockBegin or PlanStep.BlockEnd)).Select(s => new ExplainStep(
            s.Path, s.Kind, s.Title, s.Needs, s.Acts, s.Irreversible || StepLibrary.Find(s.Kind) is { Reversible: false },
            s.Compensate is not null, s.Timeout.TotalSeconds, s.Delay.TotalSeconds, KebabCase.Of(s.OnFailure),
            earlier.TryGetValue(s.Path, out var seconds) ? seconds : null, s.With)
        {
            Place = nodes[s.Path].Place, Site = nodes[s.Path].Site, Does = nodes[s.Path].Does,
            Compensation = s.Compensate?.Uses,
        }).ToList();
        var forecast = steps.Count > 0 && steps.All(s => s.ForecastSeconds is not null || !s.Acts)
            ? steps.Sum(s => (s.ForecastSeconds ?? 0) + s.DelaySeconds)
            : (double?)null;
        var exposure = (await views.ProtectionsAsync(run.Group.ToString(), null, cancel)).Select(p => p.Exposure.Text).Distinct().ToList();
        var irreversible = steps.Count(s => s.Irreversible);
        var workloads = run.Picture.Members.Count == 1 ? "1 workload" : $"{run.Picture.Members.Count} workloads";
        return new ExplainView(
            run.Runbook, run.Version, run.Hash, run.PlanHash, KebabCase.Of(run.Kind), run.IsReal, run.Group.ToString(),
            $"{(run.IsReal ? "REAL" : "TEST")}: {run.Document.Metadata.Title} on group {run.Group} "
                + $"({workloads}), {steps.Count} steps, {irreversible} that cannot be taken back.",
            run.Approval is { Count: > 0 } rule ? new ApprovalView(KebabCase.Of(rule.Of), rule.Count, rule.Expires.TotalSeconds) : null,
            run.Document.Spec.Objectives?.Rto?.TotalSeconds, forecast,
            forecast is null ? "no earlier run of every step" : "median of the last 10 runs of each step, one after the other",
            run.Generations, exposure.Count == 0 ? "not protected" : string.Join("; ", exposure), steps);
    }

    private async Task<Dictionary<string, double>> EarlierAsync(string runbook, CancellationToken cancel) => await database.ReadAsync(
        async c => (await c.QueryAsync<(string Path, double Seconds)>(
            """
            select path, percentile_cont(0.5) within group (order by extract(epoch from ended_at - started_at))::float8
            from control.run_steps s where ended_at is not null and started_at is not null and state = 'succeeded'
              and run in (select id from control.runs where runbook = @runbook order by requested_at desc limit 10)
            group by path
            """,
            new { runbook })).ToDictionary(r => r.Path, r => r.Seconds),
        cancel);

    private async Task<(int? Version, string Text)> PinAsync(RunBody body, CancellationToken cancel)
    {
        var pinned = await database.ReadAsync(
            c => c.QuerySingleOrDefaultAsync<Pinned>(
                """
                select v.number, v.document from control.runbook_versions v
                join control.runbooks r on r.name = v.name and r.archived_at is null
                where v.name = @Runbook and (@Version::int is null or v.number = @Version) order by v.number desc limit 1
                """,
                new { body.Runbook, body.Version }),
            cancel) ?? throw ApiRefusals.Refuse(
                ApiRefusalCodes.NotPublished, $"Runbook {body.Runbook} has no such published version.",
                "Only published versions run: a run must never depend on a draft that may still change.",
                "Publish it, or name another version.", "runbook");
        return (pinned.Number, pinned.Document);
    }

    private async Task<GroupId> GroupAsync(RunbookDocument document, RunBody body, CancellationToken cancel)
    {
        var named = document.Spec.Group?.ToString() ?? body.Group
            ?? throw ApiRefusals.Field("group", "Neither the runbook nor the request names a group.", "Name the group.");
        if (body.Group is not null && body.Group != named)
        {
            throw ApiRefusals.Field("group", $"The runbook is for {named}.", "Leave the group out, or use another runbook.");
        }

        var exists = await database.ReadAsync(
            c => c.ExecuteScalarAsync<bool>(
                "select exists (select from control.groups where id = @named and removed_at is null)", new { named }),
            cancel);
        return exists ? GroupId.Parse(named) : throw ApiRefusals.NotFound("group", named);
    }

    private static Dictionary<string, string> Inputs(RunbookDocument document, RunBody body, GroupPicture picture)
    {
        var given = body.Inputs ?? new Dictionary<string, string>();
        if (given.Keys.FirstOrDefault(k => document.Spec.Inputs.All(i => i.Name != k)) is { } unknown)
        {
            throw ApiRefusals.Field(
                $"inputs.{unknown}", "The runbook has no such input.",
                $"Its inputs are: {string.Join(", ", document.Spec.Inputs.Select(i => i.Name))}.");
        }

        var inputs = new Dictionary<string, string>();
        foreach (var input in document.Spec.Inputs)
        {
            var value = given.GetValueOrDefault(input.Name) ?? input.Default;
            if (value is null)
            {
                if (input.Required)
                {
                    throw ApiRefusals.Field($"inputs.{input.Name}", "It is required and was left out.", $"Give {input.Title}.");
                }

                continue;
            }

            Check(input, value, picture);
            inputs[input.Name] = value;
        }

        return inputs;
    }

    private static void Check(InputDefinition input, string value, GroupPicture picture)
    {
        var wrong = input.Type switch
        {
            "integer" => long.TryParse(value, out _) ? null : "It is not a whole number.",
            "boolean" => value is "true" or "false" ? null : "It is not true or false.",
            "site" => picture.Sites.Any(s => s.Site.ToString() == value) ? null : $"There is no site {value}.",
            "workload" => picture.Members.Any(m => m.Workload.Id.ToString() == value) ? null : $"The group has no protected workload {value}.",
            "recoveryPoint" => value == "latest" || RecoveryPointId.TryParse(value, out _) ? null : $"It is not latest or {RecoveryPointId.Shape}.",
            _ => value.Length >= input.MinLength ? null : $"It has {value.Length} characters, at least {input.MinLength} are asked for.",
        };
        if (wrong is not null)
        {
            throw ApiRefusals.Field($"inputs.{input.Name}", wrong, $"Give a {input.Type}.");
        }
    }

    private sealed record Pinned(int Number, string Document);
}
