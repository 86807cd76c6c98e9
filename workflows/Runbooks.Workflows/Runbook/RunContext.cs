using System.Text.Json.Nodes;
using Runbooks.Definitions.Documents;
using Runbooks.Domain.Ids;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.Failover;
using Runbooks.Workflows.People;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Runbook;

/// <summary>What the steps of one run share: the picture of the group as steps change it, outputs, people.</summary>
internal sealed class RunContext(RunInput input, RunbookDocument document, GroupPicture group, StepJournal journal, Desk desk, Relay relay)
{
    private readonly Dictionary<string, JsonObject> outputs = new(StringComparer.Ordinal);
    private readonly Dictionary<ProtectionId, MovedMember> moved = [];

    public RunInput Input { get; } = input;

    public RunbookDocument Document { get; } = document;

    public GroupPicture Group { get; private set; } = group;

    public StepJournal Journal { get; } = journal;

    public Desk Desk { get; } = desk;

    public Relay Relay { get; } = relay;

    public double HumanSeconds { get; set; }

    public IReadOnlyDictionary<string, JsonObject> Outputs => outputs;

    public JsonObject? OutputOf(string path) => outputs.GetValueOrDefault(path);

    public void SetOutput(string path, JsonObject value) => outputs[path] = value;

    /// <summary>What references may name; made anew because steps move the group.</summary>
    public JsonObject Facts()
    {
        var primary = Group.Members.Count == 0 ? default : Group.Members[0].Primary;
        var home = Group.Members.Count == 0 ? default : Group.Members[0].Policy.HomeSite;
        var standby = Group.Members.SelectMany(m => m.Policy.Standbys.Append(m.Policy.HomeSite)).FirstOrDefault(s => s != primary);
        return new JsonObject
        {
            ["inputs"] = new JsonObject(Input.Inputs.Select(i => KeyValuePair.Create(i.Key, (JsonNode?)i.Value))),
            ["group"] = new JsonObject
            {
                ["id"] = Group.Group.ToString(),
                ["homeSite"] = home.ToString(),
                ["primarySite"] = primary.ToString(),
                ["standbySite"] = standby.ToString(),
                ["workloads"] = new JsonArray([.. Group.Members.Select(Describe)]),
                ["sites"] = new JsonArray([.. Group.Sites.Select(s => (JsonNode)new JsonObject
                {
                    ["id"] = s.Site.ToString(),
                    ["address"] = s.WanAddress,
                })]),
            },
            ["run"] = new JsonObject
            {
                ["id"] = Input.Run.ToString(),
                ["kind"] = Domain.Text.KebabCase.Of(Input.Kind),
                ["requestedBy"] = Input.RequestedBy,
                ["reason"] = Input.Reason,
                ["startedAt"] = Workflow.Info.StartTime.ToString("O"),
                ["isDrill"] = Input.IsDrill,
            },
        };
    }

    public GroupMember Member(string workload) =>
        Group.Members.FirstOrDefault(m => m.Workload.Id.ToString() == workload)
        ?? throw StepFailure.Refuse(ProcedureRefusals.UnknownMember(Group.Group.ToString(), workload));

    public MovedMember? MovedOf(GroupMember member) => moved.GetValueOrDefault(member.Policy.Id);

    /// <summary>After a failover: the members live elsewhere now.</summary>
    public void Move(SiteId to, FailoverResult result)
    {
        foreach (var member in result.Members)
        {
            moved[member.Protection] = member;
        }

        Group = Group with
        {
            Members = [.. Group.Members.Select(m => moved.ContainsKey(m.Policy.Id) ? m with { Primary = to } : m)],
        };
    }

    /// <summary>After a failback by its own procedure.</summary>
    public void Move(SiteId to)
    {
        moved.Clear();
        Group = Group with { Members = [.. Group.Members.Select(m => m with { Primary = to })] };
    }

    private static JsonObject Describe(GroupMember member) => new()
    {
        ["id"] = member.Workload.Id.ToString(),
        ["title"] = member.Workload.Title,
        ["tier"] = member.Workload.Tier,
        ["protection"] = member.Policy.Id.ToString(),
        ["primarySite"] = member.Primary.ToString(),
        ["homeSite"] = member.Policy.HomeSite.ToString(),
        ["address"] = member.Workload.Nics.Select(n => n.Mappings.GetValueOrDefault(member.Primary.ToString())?.Address).FirstOrDefault()
            ?? string.Empty,
    };
}
