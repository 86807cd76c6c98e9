using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Runbooks.ControlPlane.Security;
using Runbooks.Domain.States;
using Runbooks.Domain.Text;

namespace Runbooks.Tests.Integration.ControlPlane;

/// <summary>Every endpoint for every role, made from what is served; one that the table does not know fails.</summary>
public sealed class AuthorisationMatrixTests : IAsyncLifetime
{
    private const string All = "viewer operator approver author admin auditor";
    private const string Public = "";

    private static readonly Dictionary<string, string> Expected = new()
    {
        ["getHealth"] = Public, ["getActive"] = Public, ["signIn"] = Public, ["signOut"] = Public,
        ["getSession"] = All, ["createSignInLink"] = All, ["listSessions"] = All, ["endSession"] = All,
        ["getAccount"] = All, ["changePassword"] = All, ["beginSecondFactor"] = All, ["confirmSecondFactor"] = All,
        ["removeSecondFactor"] = All, ["resetPassword"] = "admin", ["resetSecondFactor"] = "admin",
        ["getOverview"] = All, ["getGroupReadiness"] = All, ["getSettings"] = All, ["changeSettings"] = "admin",
        ["getAuditRecord"] = All, ["listAuditHeads"] = All, ["listAuditKeys"] = All, ["changeGroup"] = "operator admin",
        ["searchRuns"] = All, ["getRunPlan"] = All, ["listRunHistory"] = All, ["listRunCalls"] = All,
            ["compareRun"] = All,
        ["previewAbort"] = All, ["searchWorkloads"] = All, ["listRunbookRevisions"] = All, ["getRunbookRevision"] = All,
        ["getRunbookLayout"] = All, ["saveRunbookLayout"] = "author", ["importElsa"] = All, ["exportElsa"] = All,
        ["exportElsaDocument"] = All, ["previewSchedule"] = All, ["listDrills"] = All, ["getDrillMonth"] = All,
        ["getVolumeMetrics"] = All,
        ["getWorkloadMetrics"] = All, ["checkProtect"] = All, ["decideConflict"] = "operator", ["getAbout"] = All,
        ["getEmergency"] = Public, ["getEmergencyStyles"] = Public, ["emergencySignIn"] = Public,
        ["emergencySignOut"] = All, ["getEmergencyRun"] = All, ["getBreakGlassSheet"] = All,
        ["emergencyDecide"] = "operator approver", ["emergencyAnswer"] = "operator approver",
        ["emergencyAbort"] = "operator approver",
        ["getControlPlane"] = All, ["getMetrics"] = All, ["getMe"] = All,
        ["listSites"] = All, ["getSite"] = All, ["getSiteStatus"] = All, ["createSite"] = "admin",
        ["changeSite"] = "admin",
        ["removeSite"] = "admin", ["createJoinToken"] = "admin", ["revokeSite"] = "admin",
        ["listTokens"] = "admin", ["createToken"] = "admin", ["revokeToken"] = "admin",
        ["listUsers"] = "admin", ["createUser"] = "admin", ["changeUser"] = "admin",
        ["searchAudit"] = All, ["verifyAudit"] = All, ["getAuditHead"] = All, ["exportAudit"] = "admin auditor",
        ["listGroups"] = All, ["getGroup"] = All, ["createGroup"] = "operator admin",
        ["removeGroup"] = "operator admin",
        ["listWorkloads"] = All, ["getWorkload"] = All, ["createWorkload"] = "operator admin",
        ["replaceWorkload"] = "operator admin",
        ["removeWorkload"] = "operator admin", ["listVolumes"] = All, ["getVolume"] = All,
        ["listProtections"] = All, ["getProtection"] = All, ["protect"] = "operator",
        ["retryProtection"] = "operator", ["removeProtection"] = "operator",
        ["listRunbooks"] = All, ["getRunbook"] = All, ["validateRunbook"] = All, ["explainRunbook"] = All,
        ["diffRunbook"] = All,
        ["listRunbookVersions"] = All, ["getRunbookVersion"] = All, ["listStepKinds"] = All,
        ["saveRunbook"] = "author", ["publishRunbook"] = "author", ["archiveRunbook"] = "author",
        ["listRuns"] = All, ["getRun"] = All, ["listRunSteps"] = All, ["listRunApprovals"] = All,
        ["getRunReport"] = All,
        ["getRunReportJson"] = All, ["listApprovals"] = All, ["streamEvents"] = All, ["streamRunEvents"] = All,
        ["startRun"] = "operator", ["decideRun"] = "operator approver", ["signalRun"] = "operator approver",
        ["listRecoveryPoints"] = All, ["keepRecoveryPoint"] = "operator", ["takeRecoveryPoint"] = "operator",
        ["dropRecoveryPoint"] = "operator", ["changeProtection"] = "operator",
        ["listConflicts"] = All, ["listAlerts"] = All,
        ["listSchedules"] = All, ["createSchedule"] = "operator", ["changeSchedule"] = "operator",
        ["removeSchedule"] = "operator",
    };

    private ControlPlaneFixture _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlaneFixture.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task Endpoint_ForEachRole_AnswersAsTheTableSays()
    {
        var people = new Dictionary<string, HttpClient>();
        foreach (var role in All.Split(' '))
        {
            people[role] = await _plane.PersonAsync($"p-{role}", role);
        }

        var wrong = new List<string>();
        foreach (var endpoint in Endpoints())
        {
            var name = endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName;
            if (name is null || !Expected.TryGetValue(name, out var roles))
            {
                wrong.Add($"{endpoint.RoutePattern.RawText} ({name}) is not in the table");
                continue;
            }

            var stated = endpoint.Metadata.GetMetadata<AccessRequirement>()!.Roles.Select(KebabCase.Of).ToHashSet();
            if (!stated.SetEquals(roles.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            {
                wrong.Add($"{name} is open to {string.Join(' ', stated)}, the table says {roles}");
            }

            if (roles != Public)
            {
                await CallAsync(endpoint, name, roles, people, wrong);
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private async Task CallAsync(
        RouteEndpoint endpoint, string name, string roles, Dictionary<string, HttpClient> people, List<string> wrong)
    {
        if (await StatusAsync(_plane.Person(null), endpoint) is not (401, "RB-API-003"))
        {
            wrong.Add($"{name} does not ask for a token");
        }

        foreach (var (role, person) in people)
        {
            var isRefused = await StatusAsync(person, endpoint) is (403, "RB-API-004");
            if (isRefused == roles.Split(' ').Contains(role))
            {
                wrong.Add($"{name} {(isRefused ? "refuses" : "lets in")} {role}");
            }
        }
    }

    private static async Task<(int Status, string? Code)> StatusAsync(HttpClient client, RouteEndpoint endpoint)
    {
        var method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0];
        var path = string.Join('/', endpoint.RoutePattern.PathSegments.Select(s => s.Parts[0] switch
        {
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart { ParameterPolicies.Count: > 0 } => "1",
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
            _ => "nothing-of-this-name",
        }));
        using var request = new HttpRequestMessage(new HttpMethod(method), "/" + path);
        if (method is "POST" or "PUT" or "PATCH")
        {
            // Never valid: the matrix looks at the gate, not at what is behind it.
            request.Content = JsonContent.Create(new { thisKeyIsUnknown = 1 });
        }

        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var code = answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
            ? (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["code"]
            : null;
        return ((int)answer.StatusCode, code);
    }

    private IEnumerable<RouteEndpoint> Endpoints() => _plane.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(e => !e.RoutePattern.RawText!.StartsWith("/agent/", StringComparison.Ordinal)
            && !e.RoutePattern.RawText.StartsWith("/openapi/", StringComparison.Ordinal));
}
