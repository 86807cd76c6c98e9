using System.Text.Json.Nodes;
using Runbooks.Definitions;
using Runbooks.Definitions.Documents;
using Runbooks.Definitions.Plans;
using Runbooks.Domain.Errors;

namespace Runbooks.Tests.Unit.Definitions;

public sealed class PlanTests
{
    [Fact]
    public void ForEach_OverFilteredWorkloads_UnfoldsByItemId()
    {
        var plan = Compile("""
                - id: databases
                  forEach: "${group.workloads[tier=database]}"
                  as: db
                  steps:
                    - { id: start, uses: workload.start, with: { workload: "${db.id}" } }
                    - { id: check, uses: workload.check, with: { workload: "${db.id}" } }
                - { id: after, uses: delay, with: { for: 1s } }
            """);

        string[] expected =
        [
            "databases", "databases[db-1].start", "databases[db-1].check", "databases[db-1]/end",
            "databases[db-2].start", "databases[db-2].check", "databases[db-2]/end", "databases/end", "after",
        ];
        Assert.Equal(expected, plan.Steps.Select(s => s.Path));
        Assert.Equal(["databases/end"], plan.Steps[^1].Needs);
    }

    [Fact]
    public void ForEach_WithConcurrencyOne_MakesEachItemWaitForTheOneBefore()
    {
        var plan = Compile("""
                - id: all
                  forEach: "${group.workloads}"
                  concurrency: 1
                  uses: workload.start
                  with: { workload: "${item.id}" }
            """);

        Assert.Contains("all[app-1]", plan.Steps.Single(s => s.Path == "all[db-1]").Needs);
    }

    [Fact]
    public void ParallelBlock_StartsItsChildrenTogether()
    {
        var plan = Compile("""
                - id: both
                  parallel: true
                  steps:
                    - { id: a, uses: delay, with: { for: 1s } }
                    - { id: b, uses: delay, with: { for: 1s } }
            """);

        Assert.Equal(["both"], plan.Steps.Single(s => s.Path == "both.a").Needs);
        Assert.Equal(["both"], plan.Steps.Single(s => s.Path == "both.b").Needs);
    }

    [Fact]
    public void Settings_WithReferences_AreResolvedFromInputsGroupItemAndOutputs()
    {
        var plan = Compile("""
                - { id: move, uses: group.failover, with: { to: "${inputs.to}" } }
                - { id: tell, uses: notify, with: { title: "${group.id} at ${inputs.to}, generation ${move.outputs.generation}" } }
            """);

        var tell = plan.Steps[^1];
        var with = PlanValues.Settings(tell, Facts(), p => p == "move" ? new JsonObject { ["generation"] = 7 } : null);

        Assert.Equal("pay at site-b, generation 7", with.Require()["title"]!.GetValue<string>());
    }

    [Fact]
    public void Secret_InASetting_StaysByName()
    {
        var plan = Compile("    - { id: call, uses: http.call, with: { url: \"https://example.test/\", headers: { key: \"${secrets.api}\" } } }\n");

        var with = PlanValues.Settings(plan.Steps[0], Facts(), _ => null);

        Assert.Equal("${secrets.api}", with.Require()["headers"]!["key"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("{ value: \"${inputs.to}\", is: site-b }", true)]
    [InlineData("{ value: \"${inputs.to}\", isNot: site-b }", false)]
    [InlineData("{ value: \"${inputs.to}\", in: [site-a, site-b] }", true)]
    [InlineData("{ not: { value: \"${inputs.to}\", is: site-b } }", false)]
    [InlineData("{ all: [ { value: x, is: x }, { value: \"10\", greaterThan: 9 } ] }", true)]
    [InlineData("{ any: [ { value: x, is: y }, { value: \"1\", lessThan: 2 } ] }", true)]
    public void Condition_OverFacts_DecidesAsWritten(string when, bool expected)
    {
        var plan = Compile($"    - {{ id: a, uses: delay, with: {{ for: 1s }}, when: {when} }}\n");

        Assert.Equal(expected, PlanValues.Holds(plan.Steps[0].When, plan.Steps[0], Facts(), _ => null));
    }

    [Fact]
    public void Step_WithoutItsOwnRules_TakesTheDocumentsThenTheKinds()
    {
        var plan = Compile("    - { id: a, uses: delay, with: { for: 1s } }\n", "  defaults: { timeout: 7m, onFailure: ask }\n");

        Assert.Equal(TimeSpan.FromMinutes(7), plan.Steps[0].Timeout);
        Assert.Equal(OnFailure.Ask, plan.Steps[0].OnFailure);
        Assert.Equal(3, plan.Steps[0].Retry.Attempts);
    }

    [Fact]
    public void ForEach_InForEach_BeyondTheLimit_IsRefusedBeforeTheMemoryIsGone()
    {
        var many = new JsonArray([.. Enumerable.Range(0, 200).Select(i => new JsonObject { ["id"] = $"w-{i}" })]);
        var facts = Facts();
        facts["group"]!["workloads"] = many;
        var refused = PlanCompiler.Compile(
            Parse("""
                    - id: outer
                      forEach: "${group.workloads}"
                      as: one
                      steps:
                        - id: inner
                          forEach: "${group.workloads}"
                          as: two
                          uses: delay
                          with: { for: 1s }
                """),
            facts);

        Assert.False(refused.IsOk);
        Assert.Equal(RefusalCodes.PlanTooManySteps, refused.Refusal.Code);
        Assert.NotEmpty(refused.Refusal.Correction);
    }

    [Fact]
    public void ForEach_OverWhatIsNoListInThisRun_IsRefusedByItsStep()
    {
        var facts = Facts();
        facts["group"]!["workloads"] = "none";
        var refused = PlanCompiler.Compile(
            Parse("    - { id: all, forEach: \"${group.workloads}\", uses: delay, with: { for: 1s } }\n"), facts);
        Assert.Equal(("RB-PLAN-001", "all"), (refused.Refusal!.Code, refused.Refusal.Field));
        Assert.NotEmpty(refused.Refusal.Correction);
    }

    [Fact]
    public void Setting_WhoseReferenceHasNoValueInThisRun_IsRefusedByItsStep()
    {
        var plan = Compile("""
                - { id: move, uses: group.failover, with: { to: "${inputs.to}" } }
                - { id: tell, uses: notify, with: { title: "generation ${move.outputs.generation}" } }
            """);
        var refused = PlanValues.Settings(plan.Steps[^1], Facts(), _ => null);
        Assert.Equal(("RB-PLAN-003", "tell"), (refused.Refusal!.Code, refused.Refusal.Field));
        Assert.Contains("move.outputs.generation", refused.Refusal.Cause, StringComparison.Ordinal);
    }

    private static Plan Compile(string steps, string more = "") =>
        PlanCompiler.Compile(Parse(steps, more), Facts()).Require();

    private static RunbookDocument Parse(string steps, string more = "")
    {
        var text = "apiVersion: runbooks/v1\nkind: Runbook\nmetadata: { name: test }\nspec:\n  for: failover-unplanned\n"
            + "  inputs: [ { name: to, type: site, required: true } ]\n" + more + "  steps:\n" + steps;
        var parsed = RunbookParser.Parse(text);
        Assert.Empty(parsed.Problems.Select(p => p.ToString()));
        return parsed.Document!;
    }

    private static JsonObject Facts() => new()
    {
        ["inputs"] = new JsonObject { ["to"] = "site-b" },
        ["group"] = new JsonObject
        {
            ["id"] = "pay",
            ["workloads"] = new JsonArray(
                new JsonObject { ["id"] = "app-1", ["tier"] = "app" },
                new JsonObject { ["id"] = "db-1", ["tier"] = "database" },
                new JsonObject { ["id"] = "db-2", ["tier"] = "database" }),
        },
        ["run"] = new JsonObject { ["id"] = "run_0123456789" },
    };
}
